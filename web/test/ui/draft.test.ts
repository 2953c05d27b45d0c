import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShareItem } from "../../src/app/model.ts";
import { add, filesIn, freeName, group, itemsOf, without } from "../../src/ui/draft.ts";

function item(path: string, content = path): ShareItem {
  return { path, file: new File([content], path.split("/").at(-1) ?? path, { lastModified: 1 }) };
}

const paths = (items: readonly ShareItem[]): readonly string[] => items.map((each) => each.path);

test("items are grouped by what was picked", () => {
  const groups = group([item("a.txt"), item("Holiday/1.jpg"), item("Holiday/in/2.jpg"), { path: "Empty", file: null }]);
  assert.deepEqual(groups.map((each) => [each.name, each.folder, filesIn(each)]), [["a.txt", false, 1], ["Holiday", true, 2], ["Empty", true, 0]]);
  assert.equal(groups[1]?.bytes, "Holiday/1.jpg".length + "Holiday/in/2.jpg".length);
});

test("the same thing again changes nothing", () => {
  const once = add([], [item("a.txt"), item("Holiday/1.jpg")]);
  assert.deepEqual(paths(itemsOf(add(once, [item("Holiday/1.jpg"), item("a.txt")]))), ["a.txt", "Holiday/1.jpg"]);
});

test("another thing of the same name gets a new name", () => {
  const once = add([], [item("a.txt"), item("Holiday/1.jpg")]);
  const twice = add(once, [item("a.txt", "another"), item("Holiday/2.jpg")]);
  assert.deepEqual(paths(itemsOf(twice)), ["a.txt", "Holiday/1.jpg", "a (2).txt", "Holiday (2)/2.jpg"]);
  assert.equal(itemsOf(twice)[2]?.file?.size, 7);
});

test("what was picked as one is taken out as one", () => {
  assert.deepEqual(paths(itemsOf(without(add([], [item("a.txt"), item("H/1"), item("H/2")]), "H"))), ["a.txt"]);
});

test("numbers go before the extension", () => {
  assert.equal(freeName("a.tar.gz", new Set(["a.tar.gz", "a.tar (2).gz"])), "a.tar (3).gz");
  assert.equal(freeName(".profile", new Set([".profile"])), ".profile (2)");
  assert.equal(freeName("free", new Set()), "free");
});
