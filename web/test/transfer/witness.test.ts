/** Who lied, as the Python twin finds it out (tests/unit/pypeer/transfer/test_witness.py). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Asking } from "../../src/transfer/asking.ts";
import { Trust } from "../../src/transfer/trust.ts";
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

/** All of these may be drawn from, and the first two of them have sent a file that does not match. */
function heardOf(...sources: [number, number, ...number[]]): Trust {
  const here = new Trust();
  here.know(sources.map((source) => new Asking(source, 0, 1, source)));
  here.witness.note(1, 0, sources[0], BAD);
  here.witness.note(1, 1, sources[1], BAD);
  return here;
}

test("where all who sent a file are gone, another is tried alone", () => {
  const here = heardOf(4, 5, 3, 2);
  here.bar(4);
  here.bar(5);
  here.canDoWithout(2, 1);
  assert.deepEqual(here.doubt(1), { liar: null, alone: 3 });
  assert.deepEqual([here.may(2, 1), here.may(3, 1)], [false, true]);
  here.witness.note(1, 0, 3, BAD);
  assert.deepEqual(here.doubt(1), { liar: 3, alone: null });
});

test("who has a file no more is not doubted again", () => {
  const here = heardOf(4, 5);
  here.canDoWithout(4, 1);
  assert.deepEqual(here.doubt(1), { liar: null, alone: 5 });
  here.bar(5);
  assert.deepEqual(here.doubt(1), { liar: null, alone: null });
});
