import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/secure/encoding.ts";
import { keyOf, noteOf, readNotes, shortHash } from "../../src/transfer/notes.ts";

test("notes of kept chunks are read again, and what is no note is left out", () => {
  const key = keyOf({ path: "a/b", size: 3, mtime: null });
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.notEqual(key, keyOf({ path: "a/b", size: 3, mtime: 0 }));
  assert.notEqual(shortHash("a"), shortHash("b"));
  const hash = (fill: number): Bytes => new Uint8Array(32).fill(fill);
  const text = [noteOf(key, 0, hash(1)), "nonsense", noteOf(key, 7, hash(2)), noteOf(key, 0, hash(3)), `${noteOf(key, 1, hash(4))} `, ""].join("\n");
  const notes = readNotes(text);
  assert.deepEqual([...notes.keys()], [key]);
  assert.deepEqual([...(notes.get(key) ?? [])], [[0, hash(3)], [7, hash(2)]]);
});
