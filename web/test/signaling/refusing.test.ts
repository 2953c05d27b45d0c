/** What the server refuses, in words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSE_CODES } from "../../src/gen/signaling_constants.ts";
import { closing, explain, refusalOf, SENTENCES } from "../../src/signaling/refusing.ts";

test("a refusal says what happened, and what the server adds where that says more", () => {
  const refused = (code: keyof typeof SENTENCES, message: string) => explain({ t: "error", seq: 1, re: 1, code, message }).message;
  assert.equal(refused("too-many", "a session may publish 8 libraries"), "That is more than this server takes. (a session may publish 8 libraries)");
  assert.equal(refused("rate-limited", ""), SENTENCES["rate-limited"]);
  assert.equal(refused("internal", "the server failed at this request"), SENTENCES.internal);
});

test("whether and when to try again is the server's to say, but a code can be corrected", () => {
  const { retry, wait } = explain({ t: "error", seq: 1, code: "rate-limited", message: "", retry: true, wait: 7 });
  assert.deepEqual([retry, wait], [true, 7]);
  assert.deepEqual([explain({ t: "error", seq: 1, code: "taken-down", message: "" }).retry, explain({ t: "error", seq: 1, code: "unknown-locator", message: "" }).retry], [false, true]);
});

test("what closes a connection for good is told, the refusal before it first", () => {
  assert.equal(closing(CLOSE_CODES.SIGN_IN.code, "access-word"), SENTENCES["access-word"]);
  assert.equal(closing(CLOSE_CODES.SIGN_IN.code, "wrong-host"), SENTENCES["wrong-host"]);
  assert.equal(closing(CLOSE_CODES.VERSION.code, null), SENTENCES["unsupported-version"]);
  assert.equal(closing(4999, null), "The server closed the connection for good (code 4999). Reload the page.");
  assert.deepEqual([refusalOf("not-admitted"), refusalOf("draining"), refusalOf(null)], ["not-admitted", "other", "other"]);
});
