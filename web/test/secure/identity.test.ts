import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { toHex, utf8 } from "../../src/secure/encoding.ts";
import { identityOf, newKeys, NoEd25519Error, peerId, verify } from "../../src/secure/identity.ts";
import { identityFrom, vectors } from "../vectors.ts";

interface Known {
  readonly meetings: readonly { readonly identity: Readonly<Record<string, { seed: string; key: string; id: string; short: string }>> }[];
}

for (const { identity } of vectors<Known>("meeting").meetings) {
  for (const known of Object.values(identity)) {
    test(`the key of ${known.id} has its id and short name`, async () => {
      const made = await identityFrom(known.seed, known.key);
      assert.deepEqual({ key: toHex(made.key), id: made.id, short: made.short }, { key: known.key, id: known.id, short: known.short });
      assert.equal(peerId(made.key), known.id);
    });
  }
}

test("what a new identity signs verifies, and only that", async () => {
  const keys = await newKeys();
  const { key, sign } = await identityOf(keys);
  const signature = await sign(utf8("message"));
  assert.ok(await verify(key, utf8("message"), signature));
  assert.ok(!(await verify(key, utf8("massage"), signature)));
  assert.equal(keys.privateKey.extractable, false);
});

test("bytes that are no key verify nothing", async () => {
  assert.equal(await verify(new Uint8Array(31), utf8("message"), new Uint8Array(64)), false);
});

test("a browser without Ed25519 is told so", async () => {
  const missing = mock.method(crypto.subtle, "generateKey", () => Promise.reject(new DOMException("", "NotSupportedError")));
  await assert.rejects(newKeys(), NoEd25519Error);
  missing.mock.restore();
});
