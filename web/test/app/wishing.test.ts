import assert from "node:assert/strict";
import { test } from "node:test";
import { unwanted, wanted } from "../../src/app/wishing.ts";

const entries = ["a", "b", "c", "d"].map((path) => ({ path, size: 1, folder: false, mtime: null }));
/** Four entries, of which the first two were seen. */
const contents = { title: "", text: false, count: 4, entries };
const SEEN = 2;

test("everything is wanted unless it is said otherwise", () => {
  assert.deepEqual([...unwanted(contents, SEEN, {})], []);
});

test("of what was seen each entry has its tick, and one stands for the rest", () => {
  assert.deepEqual([...unwanted(contents, SEEN, { without: new Set([1]) })], [1]);
  assert.deepEqual([...unwanted(contents, SEEN, { rest: false })], [2, 3]);
  assert.deepEqual([...unwanted(contents, SEEN, { without: new Set([0, 3]), rest: true })], [0], "3 was not seen");
});

test("where it can go depends on what is wanted of it", () => {
  const some = wanted({ ...contents, entries: entries.slice(0, 2) }, SEEN, { without: new Set([1]) });
  assert.deepEqual([some.count, some.entries.map(({ isLeftOut }) => isLeftOut)], [4, [false, true]]);
  assert.equal(wanted({ ...contents, entries: entries.slice(0, 2) }, SEEN, { rest: false }).count, 2);
});
