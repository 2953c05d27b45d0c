import assert from "node:assert/strict";
import { test } from "node:test";
import { leftOut } from "../../src/transfer/choosing.ts";

test("folders are wanted with what is in them", () => {
  const entries = [
    { path: "top", folder: true }, { path: "top/a", folder: true }, { path: "top/a/1" }, { path: "top/a/2" }, { path: "top/b", folder: true },
    { path: "top/b/3" }, { path: "top/empty", folder: true }, { path: "4" },
  ];
  const out = (...chosen: readonly number[]): readonly number[] => [...leftOut(entries, (index) => chosen.includes(index))].sort((a, b) => a - b);
  assert.deepEqual(out(2, 3, 5, 6, 7), []);
  assert.deepEqual(out(3), [2, 4, 5, 6, 7]);
  assert.deepEqual(out(6), [1, 2, 3, 4, 5, 7]);
  assert.deepEqual(out(7), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(out(2, 3), [4, 5, 6, 7]);
});
