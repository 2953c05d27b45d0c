/** Names that are safe to store and to show, whoever made them up. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Mapper, numbered, printable, safeName, show } from "../../src/transfer/names.ts";
import { vectors } from "../vectors.ts";

interface Names {
  readonly names: readonly { readonly name: string; readonly safe: string }[];
  readonly trees: readonly { readonly about: string; readonly fold: boolean; readonly paths: readonly string[]; readonly mapped: readonly string[] | null }[];
}

const names = vectors<Names>("names");

for (const { name, safe } of names.names) {
  test(`the safe name of ${JSON.stringify(name.slice(0, 40))}`, () => {
    assert.equal(safeName(name), safe);
    assert.equal(safeName(safe), safe, "unchanged by another pass");
  });
}

for (const { about, fold, paths, mapped } of names.trees) {
  test(`names of a tree: ${about}`, () => {
    const mapper = new Mapper(fold);
    const map = (): readonly string[] => paths.map((path) => mapper.map(path.replace(/\/$/, ""), path.endsWith("/")));
    if (mapped === null) assert.throws(map, { name: "ManifestError" });
    else assert.deepEqual(map(), mapped);
  });
}

test("nested folders that nobody listed are bounded", () => {
  const mapper = new Mapper();
  const deep = (number: number): string => `${number}/${"a/".repeat(2000)}b`;
  assert.throws(() => {
    for (let number = 0; number < 100; number += 1) mapper.map(deep(number), false);
  }, /too many nested folders/);
});

test("names are numbered before their extension, and cut to fit", () => {
  assert.equal(numbered("a.txt", 2), "a (2).txt");
  assert.equal(numbered(".hidden", 2), ".hidden (2)");
  assert.equal(numbered(`${"ü".repeat(200)}.txt`, 12), `${"ü".repeat(123)} (12).txt`);
});

test("text of the other side is shown without what could deceive", () => {
  assert.equal(printable("a\u202eb<c>"), "a_b<c>");
  assert.equal(show("x\u0000"), "'x_'");
  assert.equal(show("x".repeat(300)), `'${"x".repeat(200)}...'`);
});
