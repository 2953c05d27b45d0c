/** What of a picked folder would be published. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "../../src/directory/planning.ts";

test("what would be published is shown, and how much stays private", () => {
  const file = (path: string, size: number) => ({ path, file: { size } });
  const items = [file("Trip/a.jpg", 5), file("Trip/.env", 1), file("Trip/days/b.jpg", 7), file(`Trip/${"x".repeat(300)}`, 1), { path: "Trip/empty", file: null }];
  const { folder, files, bytes, leftOut } = planOf(items);
  assert.deepEqual([folder, files.map(({ path }) => path), bytes, leftOut], ["Trip", ["a.jpg", "days/b.jpg"], 12, 2]);
  assert.deepEqual(planOf([]), { folder: "", files: [], bytes: 0, leftOut: 0 });
});
