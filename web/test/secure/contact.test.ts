/** What contacts make of their first meeting: the vectors of the Python twin, and whole meetings over such a password. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeProblem, parse } from "../../src/secure/code.ts";
import { callPassword, callToken, contactSecret, ringOf } from "../../src/secure/contact.ts";
import { fromHex, toHex } from "../../src/secure/encoding.ts";
import { vectors } from "../vectors.ts";

interface Secret {
  readonly bind: string;
  readonly secret: string;
  readonly password: string;
  readonly tokens: readonly { readonly waiting: string; readonly token: string; readonly ring: string }[];
}

const { secrets, calls } = vectors<{ secrets: readonly Secret[]; calls: readonly { readonly secret: string; readonly code: string }[] }>("contacts");

test("secrets, tokens, rings and passwords are those of the twin", () => {
  assert.ok(secrets.length > 1);
  for (const { bind, secret, password, tokens } of secrets) {
    const derived = contactSecret(fromHex(bind));
    assert.equal(toHex(derived), secret);
    assert.equal(callPassword(derived), password);
    assert.deepEqual(tokens.map(({ waiting }) => callToken(derived, fromHex(waiting))), tokens.map(({ token }) => token));
    assert.deepEqual(tokens.map(({ waiting, token }) => ringOf(token, fromHex(waiting))), tokens.map(({ ring }) => ring));
  }
});

test("no code can be taken for a call", () => {
  for (const { secret, code } of calls) {
    assert.equal(callPassword(fromHex(secret)), code);
    assert.throws(() => parse(code), CodeProblem);
  }
});
