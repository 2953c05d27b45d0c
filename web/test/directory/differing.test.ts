/** What has changed in a folder between two looks at it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../../src/directory/differing.ts";

const seen = (path: string, size = 1, mtime = 1) => ({ path, size, mtime });

test("what is the same is known, whatever its place", () => {
  assert.deepEqual(differences([seen("a"), seen("b")], [seen("b"), seen("a")]), { known: [1, 0], gone: [], isSame: true });
  assert.ok(differences([], []).isSame);
});

test("what is gone, new or changed is told apart from the rest", () => {
  const before = [seen("a"), seen("b"), seen("c"), seen("d")];
  assert.deepEqual(differences(before, [seen("a"), seen("b", 2), seen("d", 1, 5), seen("e")]), { known: [0, null, null, null], gone: ["b", "c", "d"], isSame: false });
  assert.ok(!differences([seen("a")], []).isSame);
  assert.ok(!differences([], [seen("a")]).isSame);
});
