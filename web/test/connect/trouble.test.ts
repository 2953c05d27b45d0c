import assert from "node:assert/strict";
import { test } from "node:test";
import { ofIce, ofWebSocket, Troubles } from "../../src/connect/trouble.ts";
import type { RelayTrouble } from "../../src/gen/peer.ts";
import { vectors } from "../vectors.ts";

const made = vectors<Readonly<Record<"refused" | "silent" | "unknown" | "websocket", readonly RelayTrouble[]>>>("troubles");

const ofCode = (url: string, errorCode: number, errorText = "") => ofIce({ url, errorCode, errorText });

test("what a relay says is told as the twin tells it", () => {
  for (const expected of made.refused) assert.deepEqual(ofCode(expected.relay, expected.code), expected);
});

test("what a browser says of one that cannot be reached is told as far as it is known", () => {
  for (const expected of made.silent) assert.deepEqual(ofCode(expected.relay, 701, "TURN allocate request timed out."), expected);
  for (const expected of made.silent) assert.deepEqual(ofCode(expected.relay, 701), expected);
  for (const expected of made.unknown) assert.deepEqual(ofCode(expected.relay, 701, "TURN host lookup received error."), expected);
  assert.match(ofCode("turn:a", 701, "Failed to start.").text ?? "", /^The relay a, port 3478, .* UDP: it cannot be reached \(Failed to start\)\.$/);
});

test("servers are called by what they are", () => {
  assert.match(ofCode("stun:a:1", 701).text ?? "", /^The STUN server a, port 1, cannot be used over UDP/);
  assert.match(ofCode("turns:a", 701).text ?? "", /^The relay a, port 5349, cannot be used over TLS/);
  assert.match(ofCode("nonsense", 701).text ?? "", /^The relay nonsense, port/);
  assert.equal(ofCode("turn:a", 701, "x".repeat(1000)).text?.length, 512);
});

test("the relay inside the WebSocket is told by how it was closed", () => {
  for (const expected of made.websocket) {
    const code = expected.code === 701 ? 0 : expected.code;
    assert.deepEqual(ofWebSocket(expected.relay, code, "detail"), expected);
  }
});

test("each thing is kept once, and not without end", () => {
  const troubles = new Troubles();
  assert.deepEqual([troubles.add(ofCode("turn:a", 401)), troubles.add(ofCode("turn:a", 401)), troubles.add(ofCode("turn:a", 486))], [true, false, true]);
  for (let port = 1; port < 100; port += 1) troubles.add(ofCode(`turn:a:${port}`, 701));
  assert.equal(troubles.remaining([], false).length, 16);
});

test("a server that works from another address is not complained of, nor is STUN where it is not missed", () => {
  const troubles = new Troubles();
  for (const url of ["stun:a:1", "turn:b:1?transport=udp", "turn:c:1?transport=udp"]) troubles.add(ofCode(url, 701));
  const candidates = [{ id: "1", type: "local-candidate", url: "turn:b:1?transport=udp" }];
  assert.deepEqual(troubles.remaining(candidates, false).map(({ relay }) => relay), ["stun:a:1", "turn:c:1?transport=udp"]);
  assert.deepEqual(troubles.remaining(candidates, true).map(({ relay }) => relay), ["turn:c:1?transport=udp"]);
});
