/** What a person types, as the directory is asked for it, and how what is found is marked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { marked } from "../../src/directory/marking.ts";
import { folderIn, isBrokenAddress, NOTHING, otherwise, termsOf } from "../../src/directory/query.ts";

const typed = (text: string) => termsOf({ ...NOTHING, text });

test("words are asked for as they are, without the space around them", () => {
  assert.deepEqual(typed("  holiday   map "), { t: "search", words: "holiday map" });
  assert.equal(typed(" \t "), null);
  assert.deepEqual(typed("x".repeat(300)), { t: "search", words: "x".repeat(128) });
});

test("kind and size narrow words down", () => {
  assert.deepEqual(termsOf({ text: "a", kind: "video", size: "medium", space: null }), { t: "search", words: "a", kind: "video", least: 1_000_000, most: 100_000_000 });
  assert.deepEqual(termsOf({ text: "a", kind: null, size: "huge", space: null }), { t: "search", words: "a", least: 1_000_000_000 });
});

test("a handle finds the file that it stands for, and one with a peer id finds it there", () => {
  assert.deepEqual(typed("abcdefgh2345abcd"), { t: "search", handle: "abcdefgh2345abcd" });
  assert.deepEqual(typed(`byway:${"a".repeat(32)}/abcdefghijklmnop`), { t: "search", peer: "a".repeat(32), handle: "abcdefghijklmnop" });
});

const PEER = "a2".repeat(16);

test("an address is read however it is written, and a root is its handle", () => {
  const there = { t: "search", peer: PEER, handle: "abcdefgh2345abcd" };
  assert.deepEqual(typed(` byway:${PEER}/abcdefgh2345abcd `), there);
  assert.deepEqual(typed(`BYWAY://${PEER.toUpperCase()}/abcdefgh2345abcd`), there);
  assert.deepEqual(typed(`byway:${PEER}/${"0".repeat(64)}`), { t: "search", peer: PEER, handle: "a".repeat(16) });
  assert.deepEqual(typed("ABCDEFGH2345ABCD"), { t: "search", handle: "abcdefgh2345abcd" });
});

test("a long word is a word, and a handle only where it is in no name", () => {
  const words = typed("Characterization") ?? assert.fail();
  assert.deepEqual(words, { t: "search", words: "Characterization" });
  assert.deepEqual(otherwise(words), { t: "search", handle: "characterization" });
  assert.equal(otherwise(typed("holiday map") ?? assert.fail()), null);
  assert.equal(otherwise(typed("abcdefgh2345abcd") ?? assert.fail()), null);
});

test("an address of a folder is nothing to look for, but to look into", () => {
  assert.deepEqual(folderIn(`byway:${PEER}/Holiday/2023/`), { peer: PEER, path: "Holiday/2023" });
  assert.deepEqual(folderIn(`byway://${PEER}/`), { peer: PEER, path: "" });
  assert.deepEqual(folderIn(`byway:${PEER}/abcdefghijklmnop/`), { peer: PEER, path: "abcdefghijklmnop" });
  assert.equal(typed(`byway:${PEER}/Holiday`), null);
  assert.equal(folderIn(`byway:${PEER}/abcdefghijklmnop`), null);
  assert.equal(folderIn("Holiday"), null);
});

test("what begins as an address and is none is not looked for", () => {
  assert.equal(typed("byway:nobody"), null);
  assert.ok(isBrokenAddress("byway:nobody") && isBrokenAddress(`byway:${PEER}`));
  assert.ok(!isBrokenAddress(`byway:${PEER}/`) && !isBrokenAddress("byway"));
});

const shown = (text: string, query: string): string => marked(text, query).map((each) => (each.isMarked ? `[${each.text}]` : each.text)).join("");

test("beginnings of words are marked, whatever their case and accents", () => {
  assert.equal(shown("Holiday-map_2024.pdf", "MAP holi"), "[Holi]day-[map]_2024.pdf");
  assert.equal(shown("Über den Fluß.txt", "uber flu"), "[Über] den [Flu]ß.txt");
  assert.equal(shown("Cafe\u0301 au lait", "café"), "[Cafe\u0301] au lait");
  assert.equal(shown("harmap", "map"), "harmap");
  assert.equal(shown("map", "mapping"), "map");
  assert.equal(shown("maps of maps", "map maps"), "[maps] of [maps]");
});

test("nothing is marked where nothing was looked for", () => {
  assert.equal(shown("a.txt", " . "), "a.txt");
  assert.deepEqual(marked("", "a"), []);
});
