/** Who lied, as the Python twin finds it out (tests/unit/pypeer/transfer/test_joining.py). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Witness } from "../../src/transfer/witness.ts";

const [GOOD, BAD, FINE] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
const nobody = (): boolean => false;

test("who sent something else is known when the other alone sends what matches", () => {
  const here = new Witness();
  here.note(1, 0, 0, GOOD);
  here.note(1, 1, 2, BAD);
  assert.deepEqual(here.doubt(1, nobody), { liar: null, alone: 0 });
  assert.deepEqual([here.may(0, 1), here.may(2, 1)], [true, false]);
  here.note(1, 0, 0, GOOD);
  here.note(1, 1, 0, FINE);
  assert.deepEqual(here.believe(1), [2]);
  assert.ok(here.may(2, 1));
});

test("who alone does not match is to blame, and the other is next", () => {
  const here = new Witness();
  here.note(1, 0, 0, BAD);
  here.note(1, 1, 2, GOOD);
  here.doubt(1, nobody);
  here.note(1, 0, 0, BAD);
  here.note(1, 1, 0, BAD);
  assert.deepEqual(here.doubt(1, nobody), { liar: 0, alone: 2 });
  here.forget(5);
  assert.ok(!here.may(5, 1));
  here.forget(2);
  assert.ok(here.may(5, 1));
  assert.deepEqual(here.doubt(1, () => true), { liar: null, alone: null });
});

test("who has a file no more is not tried alone", () => {
  const here = new Witness();
  here.note(1, 0, 0, BAD);
  here.note(1, 1, 2, GOOD);
  here.doubt(1, nobody);
  here.exclude(0, 1);
  here.exclude(3, 1);
  assert.deepEqual([here.may(2, 1), here.may(0, 1), here.refused], [true, false, [1]]);
});

test("of what was not sent again, nobody is blamed", () => {
  const here = new Witness();
  here.note(1, 0, 0, BAD);
  here.note(1, 1, 2, GOOD);
  here.doubt(1, nobody);
  assert.deepEqual(here.believe(1), []);
  assert.deepEqual(here.believe(7), []);
});
