import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGUN_S, cutOff, Forsaken, gone, noPath, SERVER_S } from "../../src/app/no_way.ts";

test("the three ends have codes of their own, and all may be tried again", () => {
  const ends = [noPath(), gone(), cutOff(false), cutOff(true)];
  assert.deepEqual(ends.map(({ code, retry }) => [code, retry]), [["no-path", true], ["peer-gone", true], ["server-gone", true], ["server-gone", true]]);
  assert.notEqual(cutOff(true).message, cutOff(false).message);
});

test("without a link and a server it is given up after a while", () => {
  const forsaken = new Forsaken();
  assert.deepEqual([100, 99.9 + SERVER_S, 100 + SERVER_S].map((now) => forsaken.seen(false, false, now)), [false, false, true]);
});

test("a link or the server gives hope again", () => {
  for (const [isLinked, isReachable] of [[true, false], [false, true]] as const) {
    const forsaken = new Forsaken();
    forsaken.seen(false, false, 100);
    assert.equal(forsaken.seen(isLinked, isReachable, 100 + SERVER_S), false);
    assert.equal(forsaken.seen(false, false, 101 + SERVER_S), false);
  }
});

test("who had a link waits longer for another", () => {
  const forsaken = new Forsaken();
  forsaken.seen(true, false, 0);
  assert.deepEqual([100, 99.9 + BEGUN_S, 100 + BEGUN_S].map((now) => forsaken.seen(false, false, now)), [false, false, true]);
});
