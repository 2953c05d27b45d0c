import assert from "node:assert/strict";
import { test } from "node:test";
import { contentsOf, flawOf, isAgreed, NOT_ASKED, sumOf } from "../../src/app/agreement.ts";
import type { Preview } from "../../src/gen/peer.ts";

const PREVIEW: Preview = { t: "preview", title: "Holiday", files: 2, folders: 1, bytes: 7, entries: [{ path: "d", folder: true }, { path: "d/a", size: 5 }] };
const { entries: SEEN } = contentsOf(PREVIEW);
/** All of what the preview tells the beginning of. */
const WHOLE = { title: "Holiday", text: false, count: 3, entries: [...SEEN, { path: "b", size: 2, folder: false, mtime: null }] };

test("a preview is shown under safe names, with the count of all that is to come", () => {
  const { title, text, count, entries } = contentsOf({ ...PREVIEW, entries: [{ path: "d/c:n", size: 5, mtime: 3 }, { path: "e" }] });
  assert.deepEqual([title, text, count, entries.map(({ size }) => size)], ["Holiday", false, 3, [5, 0]]);
  assert.ok(entries.every(({ path }) => !path.includes(":")));
  assert.deepEqual(contentsOf({ t: "preview", files: 0, folders: 0, bytes: 0 }), { title: "", text: false, count: 0, entries: [] });
});

test("the sum of a list is that of its preview", () => {
  assert.deepEqual(sumOf(WHOLE), { files: 2, folders: 1, bytes: 7 });
});

test("a list that begins with what was seen, and is as much, is what the person agreed to", () => {
  assert.ok(isAgreed(WHOLE, SEEN, PREVIEW));
  const [folder, file, last] = WHOLE.entries as [typeof SEEN[number], typeof SEEN[number], typeof SEEN[number]];
  for (const entries of [[folder, { ...file, path: "d/x" }, last], [folder, last, file], [folder, { ...file, size: 4 }, { ...last, size: 3 }], [folder]]) {
    assert.ok(!isAgreed({ ...WHOLE, entries }, SEEN, PREVIEW), JSON.stringify(entries));
  }
  assert.ok(!isAgreed({ ...WHOLE, entries: [folder, file, { ...last, size: 3 }] }, SEEN, PREVIEW), "what was not seen is more");
  assert.ok(!isAgreed({ ...WHOLE, text: true }, SEEN, PREVIEW));
});

test("of several who offer as much, what they call it is no matter", () => {
  assert.equal(flawOf(PREVIEW, null, null), null);
  assert.equal(flawOf({ ...PREVIEW, title: "Beach", entries: [] }, PREVIEW, null), null);
  for (const other of [{ ...PREVIEW, bytes: 8 }, { ...PREVIEW, files: 3 }, { ...PREVIEW, text: true }]) assert.match(flawOf(other, PREVIEW, null)?.message ?? "", /something else than the first sender/);
});

test("who was asked for a file has to offer one of its size, also if nobody was there before", () => {
  const asked = { root: "ab".repeat(32), size: 5 };
  const one: Preview = { t: "preview", files: 1, folders: 0, bytes: 5 };
  assert.equal(flawOf(one, null, asked), null);
  assert.equal(flawOf({ ...one, bytes: 6 }, null, asked), NOT_ASKED);
  assert.equal(flawOf(PREVIEW, PREVIEW, asked), NOT_ASKED);
});
