import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, fromHex, utf8 } from "../../src/secure/encoding.ts";
import { Pake } from "../../src/secure/pake.ts";

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const [keyA, keyB] = [utf8("a".repeat(32)), utf8("b".repeat(32))];

test("the same code gives the same key, another code or another identity a different one", () => {
  const [a, b, guess] = [new Pake("A", "7-guitar-sunset", random), new Pake("B", "7-guitar-sunset", random), new Pake("A", "7-guitar-sun", random)];
  const key = a.finish(b.message, keyA, keyB);
  assert.deepEqual(b.finish(a.message, keyA, keyB), key);
  assert.notDeepEqual(b.finish(a.message, keyB, keyB), key);
  assert.notDeepEqual(b.finish(guess.message, keyA, keyB), guess.finish(b.message, keyA, keyB));
});

/** A point of order 8, and one of the prime order with that added. */
const SMALL = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
const mixed = ed25519.Point.BASE.add(ed25519.Point.fromHex(SMALL)).toBytes();

const refused: Readonly<Record<string, Uint8Array>> = {
  "too short": utf8("B".repeat(32)),
  "too long": concat(utf8("B"), ed25519.Point.BASE.toBytes(), utf8("x")),
  "of the same side": concat(utf8("A"), ed25519.Point.BASE.toBytes()),
  "not on the curve": concat(utf8("B"), fromHex(`02${"00".repeat(31)}`)),
  "the neutral element": concat(utf8("B"), ed25519.Point.ZERO.toBytes()),
  "of small order": concat(utf8("B"), fromHex(SMALL)),
  "outside the subgroup": concat(utf8("B"), mixed),
};

for (const [what, message] of Object.entries(refused)) {
  test(`a message ${what} is refused`, () => assert.equal(new Pake("A", "7-guitar-sunset", random).finish(message, keyA, keyB), null));
}

test("a reflected message is refused", () => {
  const pake = new Pake("A", "7-guitar-sunset", random);
  assert.equal(pake.finish(concat(utf8("B"), pake.message.subarray(1)), keyA, keyB), null);
});
