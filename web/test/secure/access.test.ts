/** Proofs of access words are those of the Python twin. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessProof } from "../../src/secure/access.ts";
import { fromHex } from "../../src/secure/encoding.ts";
import { vectors } from "../vectors.ts";

interface Proven {
  readonly word: string;
  readonly nonce: string;
  readonly key: string;
  readonly host: string;
  readonly proof: string;
}

test("proofs are those of the twin", () => {
  const all = vectors<readonly Proven[]>("access");
  assert.ok(all.length > 1);
  for (const { word, nonce, key, host, proof } of all) assert.equal(accessProof(word, { nonce: fromHex(nonce), key: fromHex(key), host }), proof, word);
});
