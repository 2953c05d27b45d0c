/** Sealed spaces: the vectors of the Python twin, and what a hostile server may answer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { handleOf } from "../../src/directory/answers.ts";
import { CodeProblem } from "../../src/secure/code.ts";
import { type Bytes, fromBase64url, fromHex, toBase64url } from "../../src/secure/encoding.ts";
import { Blinder, groups, rank } from "../../src/spaces/blinding.ts";
import { boxChars, Boxes, type SealedFile, type SealedLibrary } from "../../src/spaces/boxes.ts";
import { SpaceKeys } from "../../src/spaces/keys.ts";
import { cleanName, freeName, isLink, linkOf, newSpace, parseLink, spaceIn } from "../../src/spaces/space.ts";
import { words } from "../../src/spaces/words.ts";
import { vectors } from "../vectors.ts";

interface Vectors {
  readonly key: string;
  readonly words: readonly { readonly text: string; readonly words: readonly string[] }[];
  readonly tag: string;
  readonly tokens: readonly { readonly folder: string; readonly name: string; readonly tokens: string }[];
  readonly searches: readonly { readonly words: string; readonly groups: readonly (readonly string[])[] }[];
  readonly ranks: readonly { readonly words: string; readonly folder: string; readonly name: string; readonly rank: number | null }[];
  readonly files: readonly { readonly root: string; readonly handle: string; readonly tag: string }[];
  readonly passwords: readonly { readonly library: string; readonly password: string }[];
  readonly boxes: {
    readonly owner: string;
    readonly nonce: string;
    readonly files: readonly (SealedFile & { readonly box: string })[];
    readonly libraries: readonly (SealedLibrary & { readonly box: string })[];
  };
  readonly links: readonly { readonly name: string; readonly link: string }[];
}

const known = vectors<Vectors>("spaces");
const bytes = (text: string): Bytes => fromBase64url(text) as Bytes;
const keys = new SpaceKeys(bytes(known.key));
const owner = bytes(known.boxes.owner);
const boxes = new Boxes(keys, owner, () => bytes(known.boxes.nonce));

test("words are those of the twin", () => {
  for (const each of known.words) assert.deepEqual(words(each.text), each.words, each.text);
});

test("tags, tokens, passwords and what is asked for are those of the twin", () => {
  assert.equal(keys.tag, known.tag);
  for (const blinder of [new Blinder(keys), new Blinder(keys, 1)]) {
    for (const { folder, name, tokens: told } of [...known.tokens, ...known.tokens]) assert.equal(blinder.tokens(folder, name), told, name);
  }
  for (const { words: text, groups: asked } of known.searches) assert.deepEqual(groups(keys, text), asked, text);
  for (const { words: text, folder, name, rank: order } of known.ranks) assert.equal(rank(text, folder, name), order, text);
  for (const { handle, tag } of known.files) assert.equal(keys.fileTag(handle), tag);
  for (const { library, password } of known.passwords) assert.equal(keys.password(library), password);
});

test("boxes are those of the twin, and open", async () => {
  for (const { box, ...file } of known.boxes.files) {
    assert.equal(await boxes.file(file), box);
    assert.equal(boxChars(file), box.length);
    assert.deepEqual(await boxes.openFile(box), file);
    assert.equal(await boxes.openLibrary(box), null, "a box for one purpose is none for the other");
  }
  for (const { box, ...library } of known.boxes.libraries) {
    assert.equal(await boxes.library(library), box);
    assert.deepEqual(await boxes.openLibrary(box), library);
  }
});

test("a box of another owner, or of another space, or that is none, does not open", async () => {
  const box = known.boxes.files[0]?.box ?? "";
  const altered = `${box.slice(0, -1)}${box.endsWith("A") ? "B" : "A"}`;
  assert.equal(await new Boxes(keys, owner.slice().fill(1)).openFile(box), null);
  assert.equal(await new Boxes(new SpaceKeys(owner), owner).openFile(box), null);
  for (const wrong of [altered, "", "!", toBase64url(new Uint8Array(40))]) assert.equal(await boxes.openFile(wrong), null);
});

test("two boxes of the same are not alike, and tell only about how long it is", async () => {
  const plain = new Boxes(keys, owner);
  const file = { folder: "", name: "a", size: 1, root: toBase64url(owner) };
  const [one, other] = [await plain.file(file), await plain.file(file)];
  assert.notEqual(one, other);
  assert.equal(bytes(one).length, 12 + 64 + 16);
  assert.equal((await plain.file({ ...file, name: "abcde" })).length, one.length);
});

test("what is in a box may be made by a member who is no honest one", async () => {
  const root = toBase64url(owner);
  const good: SealedFile = { folder: "", name: "a", size: 1, root };
  const wrong: readonly Partial<Record<keyof SealedFile, unknown>>[] = [
    { folder: 1 }, { folder: "x".repeat(100_000) }, { name: "" }, { name: null }, { name: "x".repeat(256) }, { size: -1 }, { size: 0.5 }, { size: "1" }, { root: "AA" }, { root: 7 }, { root: `${root.slice(0, -1)}_` },
  ];
  for (const each of wrong) assert.equal(await boxes.openFile(await boxes.file({ ...good, ...each } as SealedFile)), null, JSON.stringify(each).slice(0, 40));
  for (const [name, description] of [["", ""], [3, ""], ["a", 5], ["x".repeat(65), ""], ["a", "x".repeat(257)]]) {
    assert.equal(await boxes.openLibrary(await boxes.library({ name, description } as SealedLibrary)), null);
  }
  assert.deepEqual(await boxes.openLibrary(await boxes.library({ name: "a" } as SealedLibrary)), null, "JSON has null for what is not there");
});

test("links are those of the twin, wherever they are written", () => {
  for (const { name, link } of known.links) {
    assert.equal(linkOf({ name, key: keys.key }), link);
    for (const text of [link, ` ${link}\n`, `https://byway.example/#${link}`, link.replace("byway-space:", "BYWAY-Space://"), `#${encodeURIComponent(link)}`]) {
      assert.ok(isLink(text), text);
      assert.deepEqual(parseLink(text, 5), { name: name.replace("/", "_"), key: keys.key, since: 5 }, text);
    }
  }
  assert.equal(linkOf({ name: "a(b)!", key: keys.key }).split("/")[0], "byway-space:a%28b%29%21");
  assert.ok(!isLink("7-guitar-sunset"));
});

test("what begins as a link and is none is refused, with words for the person", () => {
  const link = known.links[0]?.link ?? "";
  const secret = link.split("/")[1] as string;
  const wrong = [link.slice(0, -1), `${link.slice(0, -1)}!`, "byway-space:", `byway-space:/${secret}`, `byway-space:${secret}`, `byway-space:ALL/${secret}`, `byway-space:Contacts/${secret}`, "byway-space:a/AAAA", `byway-space:a/${"A".repeat(48)}`];
  for (const each of wrong) assert.throws(() => parseLink(each, 0), CodeProblem, each);
  assert.equal(parseLink(`byway-space:100%/${secret}`, 0).name, "100%");
});

test("an invitation has a key, and a name that can be shown", () => {
  assert.deepEqual(spaceIn({ name: " Family ", key: known.key }, 5), { name: "Family", key: keys.key, since: 5 });
  assert.deepEqual([newSpace(" Family ", keys.key, 5), newSpace("contacts", keys.key, 5)], [{ name: "Family", key: keys.key, since: 5 }, null]);
  for (const [name, key] of [["", known.key], ["all", known.key], ["Family", "AAAA"], ["Family", "!"]] as const) assert.equal(spaceIn({ name, key }, 5), null);
});

test("names are shown safely, and no two are the same", () => {
  assert.equal(cleanName("  Ada's\u202e  shelf / two "), "Ada's_ shelf _ two");
  assert.equal(cleanName("x".repeat(80)), "x".repeat(64));
  for (const none of ["", "  ", "All", " aLL "]) assert.equal(cleanName(none), null);
  assert.equal(freeName("Family", []), "Family");
  assert.equal(freeName("Family", ["FAMILY", "family (2)"]), "Family (3)");
  assert.equal(freeName("x".repeat(64), ["x".repeat(64)]).length, 64);
});

test("a handle is the beginning of a root", () => {
  const { root = "", handle } = known.files[0] ?? {};
  assert.equal(handleOf(fromHex(root)), handle);
});
