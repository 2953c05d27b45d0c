import assert from "node:assert/strict";
import { test } from "node:test";
import { commonFolder, visibleEntries } from "../../src/ui/parts/file_list.ts";
import { modulesPath } from "../../src/ui/parts/qr.ts";
import { pathKey } from "../../src/ui/parts/path_badge.ts";

const entry = (path: string, folder = false) => ({ index: 0, path, size: 0, folder });

test("only empty folders are listed", () => {
  const entries = [entry("a", true), entry("a/b", true), entry("a/c.txt"), entry("d.txt")];
  assert.deepEqual(visibleEntries(entries).map((each) => each.path), ["a/b", "a/c.txt", "d.txt"]);
});

test("a single folder is named once", () => {
  assert.equal(commonFolder("a", [entry("a/b"), entry("a/c/d")]), "a/");
  assert.equal(commonFolder("a", [entry("a/b"), entry("ab")]), "");
  assert.equal(commonFolder("a", []), "");
});

test("modules of a QR code become runs", () => {
  assert.equal(modulesPath([[true, true, false], [false, false, true]]), "M0 0h2v1h-2zM2 1h1v1h-1z");
});

test("paths are told apart by their ends", () => {
  const path = { scope: "relay", way: "turn-udp", local: "a", remote: "b" } as const;
  assert.equal(pathKey(null), "");
  assert.notEqual(pathKey(path), pathKey({ ...path, remote: "c" }));
});
