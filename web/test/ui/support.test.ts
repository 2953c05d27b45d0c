import assert from "node:assert/strict";
import { test } from "node:test";
import { findObstacle } from "../../src/ui/support.ts";

class RTCPeerConnection {}
const { subtle } = globalThis.crypto;
const refusing = { generateKey: () => Promise.reject(new DOMException("unknown", "NotSupportedError")) } as unknown as SubtleCrypto;

test("nothing stands in the way of a browser that has it all", async () => {
  assert.equal(await findObstacle({ isSecureContext: true, RTCPeerConnection, crypto: { subtle } }), null);
});

test("an insecure address is the first obstacle, whatever else is missing", async () => {
  assert.equal(await findObstacle({ isSecureContext: false }), "insecure");
});

test("what is missing is named", async () => {
  assert.equal(await findObstacle({ isSecureContext: true, crypto: { subtle } }), "webrtc");
  assert.equal(await findObstacle({ isSecureContext: true, RTCPeerConnection }), "ed25519");
  assert.equal(await findObstacle({ isSecureContext: true, RTCPeerConnection, crypto: { subtle: refusing } }), "ed25519");
});
