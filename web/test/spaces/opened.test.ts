/** What a server answers about a sealed space, opened: honest answers, and those of a server that lies. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SealedFound, SealedShelf } from "../../src/gen/signaling.ts";
import { toBase64url } from "../../src/secure/encoding.ts";
import { peerId } from "../../src/secure/identity.ts";
import { handleOf, type LibraryInfo } from "../../src/directory/answers.ts";
import { Boxes, type SealedFile } from "../../src/spaces/boxes.ts";
import { SpaceKeys } from "../../src/spaces/keys.ts";
import { Reader } from "../../src/spaces/opened.ts";
import { inside } from "../../src/spaces/tree.ts";

const keys = new SpaceKeys(new Uint8Array(32).fill(7));
const [ada, ben] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const rootOf = (number: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(number);
const boxes = new Boxes(keys, ada);

const fileAt = (folder: string, name: string, size = 10, number = 3): SealedFile => ({ folder, name, size, root: toBase64url(rootOf(number)) });
const tagOf = (number: number): string => keys.fileTag(handleOf(rootOf(number)));
const shelf = async (owner: Uint8Array<ArrayBuffer>, library: string, name: string): Promise<SealedShelf> => ({
  library, peer: toBase64url(owner), box: await new Boxes(keys, owner).library({ name, description: "" }), files: 2, whole: true,
});
const answer = async (file: SealedFile, more: Partial<SealedFound["hits"] & object> & Record<string, unknown> = {}): Promise<SealedFound> => ({
  t: "sealed-found", seq: 1, re: 1,
  hits: [{ tag: tagOf(3), box: await boxes.file(file), sources: [0, 1], count: 5, ...more }],
  libraries: [await shelf(ada, "l".repeat(16), "Ada's"), await shelf(ben, "m".repeat(16), "Ben's")],
});

test("hits are opened, ranked and narrowed down", async () => {
  const reader = new Reader(keys);
  const found = await answer(fileAt("Music", "blue moon.mp3"));
  const [hit] = await reader.found(found, { words: "blue moon" });
  assert.equal(hit?.order, 0);
  assert.equal(hit.file.name, "blue moon.mp3");
  assert.equal(hit.file.count, 5);
  assert.deepEqual(hit.file.sources.map(({ name }) => name), ["Ada's", "Ben's"]);
  assert.equal((await reader.found(found, { words: "blue moo", kind: "audio", least: 10, most: 10 }))[0]?.order, 1);
  assert.equal((await reader.found(found, { handle: handleOf(rootOf(3)) })).length, 1);
  const ofBen = await reader.found(found, { words: "moon blue", peer: peerId(ben) });
  assert.deepEqual(ofBen.map(({ file }) => [file.count, file.sources.length]), [[1, 1]]);
  for (const none of [{}, { words: "sun" }, { words: "blue", kind: "text" }, { words: "blue", least: 11 }, { words: "blue", most: 9 }, { handle: handleOf(rootOf(4)) }, { words: "blue", peer: "a" }] as const) {
    assert.deepEqual(await reader.found(found, none), [], JSON.stringify(none));
  }
});

test("what a lying server says is left out", async () => {
  const reader = new Reader(keys);
  const file = fileAt("", "blue.txt");
  const lies = [{ tag: tagOf(4) }, { sources: [] }, { sources: [9] }, { sources: [1] }, { box: "AAAA" }];
  for (const lie of lies) assert.deepEqual(await reader.found(await answer(file, lie), { words: "blue" }), [], JSON.stringify(lie));
  const partly = await reader.found(await answer(file, { sources: [0, 9], count: 1 }), { words: "blue" });
  assert.deepEqual(partly.map(({ file: { count, sources } }) => [count, sources.length]), [[1, 1]]);
  const passedOff = await answer(file);
  const [first, second] = passedOff.libraries ?? [];
  const swapped = { ...passedOff, libraries: [{ ...first, peer: "AB" }, { ...second, box: first?.box }] as SealedShelf[] };
  assert.deepEqual(await reader.found(swapped, { words: "blue" }), []);
  assert.deepEqual(await reader.found({ t: "sealed-found", seq: 1, re: 1 }, { words: "blue" }), []);
});

test("libraries are opened, those of others are left out", async () => {
  const reader = new Reader(keys);
  const [hers, his] = [await shelf(ada, "l".repeat(16), "Ada's"), await shelf(ben, "m".repeat(16), "Ben's")];
  const libraries = await reader.libraries([hers, { ...his, box: hers.box }, { ...his, peer: "A" }]);
  assert.deepEqual(libraries.map(({ name, owner, files }) => [name, owner.id, files]), [["Ada's", peerId(ada), 2]]);
  assert.ok(reader.knows("l".repeat(16)) && !reader.knows("m".repeat(16)));
  const [box, file] = [await boxes.file(fileAt("", "u")), fileAt("", "u")];
  assert.deepEqual(await reader.files("l".repeat(16), [box, "AAAA"]), [file]);
  assert.deepEqual(await reader.files("m".repeat(16), [box]), []);
});

test("in the space of one owner, what others publish is left out", async () => {
  const libraries = [await shelf(ada, "l".repeat(16), "Ada's"), await shelf(ben, "m".repeat(16), "Ben's")];
  assert.deepEqual((await new Reader(keys, ada).libraries(libraries)).map(({ name }) => name), ["Ada's"]);
  const [hit] = await new Reader(keys, ada).found(await answer(fileAt("", "blue.txt")), { words: "blue" });
  assert.deepEqual(hit?.file.sources.map(({ name }) => name), ["Ada's"]);
  assert.deepEqual(await new Reader(keys, ben).found(await answer(fileAt("", "blue.txt"), { sources: [0] }), { words: "blue" }), []);
});

test("a folder is made of all the files", async () => {
  const [library] = (await new Reader(keys).libraries([await shelf(ada, "l".repeat(16), "Ada's")])) as readonly LibraryInfo[];
  assert.ok(library);
  const files = [fileAt("b/deep", "x", 3), fileAt("b", "z", 4, 5), fileAt("b", "y", 5, 6), fileAt("a", "w"), fileAt("bb", "v"), fileAt("", "u")];
  const top = inside(files, library, "");
  assert.deepEqual(top.folders, [{ name: "a", files: 1, bytes: 10 }, { name: "b", files: 3, bytes: 12 }, { name: "bb", files: 1, bytes: 10 }]);
  assert.deepEqual(top.files.map(({ name, sources }) => [name, sources[0]]), [["u", library]]);
  const below = inside(files, library, "b");
  assert.deepEqual(below.folders.map(({ name }) => name), ["deep"]);
  assert.deepEqual(below.files.map(({ name, size }) => [name, size]), [["y", 5], ["z", 4]]);
  assert.equal(below.more, false);
});
