import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../../src/gen/words.ts";
import { parse } from "../../src/secure/code.ts";
import { complete, find, nearest, parts, read } from "../../src/ui/code_entry.ts";

const typing = (text: string) => read(text, words, false);
const entered = (text: string) => read(text, words, true);

test("a link to a sealed space is taken as it is", () => {
  for (const link of ["byway-space:Family/AAAA", " BYWAY-SPACE:x", "https://byway.example/#byway-space:Family/AAAA"]) assert.deepEqual([typing(link), entered(link)], [{ kind: "whole" }, { kind: "whole" }]);
});

test("nothing is said before there is something to say", () => {
  assert.deepEqual(typing(""), { kind: "empty" });
  assert.deepEqual(typing("  "), { kind: "empty" });
  assert.deepEqual(typing("7"), { kind: "typing", completions: [] });
  assert.deepEqual(typing("7-"), { kind: "typing", completions: [] });
});

test("words are offered while they are typed", () => {
  assert.deepEqual(typing("7-guit"), { kind: "typing", completions: ["guitar"] });
  assert.deepEqual(typing("7-gui"), { kind: "typing", completions: ["guide", "guilt", "guitar"] });
  assert.deepEqual(typing("7-guitar"), { kind: "typing", completions: [] });
  assert.deepEqual(typing("7-guitar-su"), { kind: "typing", completions: ["subject", "submit", "subway", "success"] });
  assert.equal(complete("7 gui", "guitar"), "7-guitar-");
  assert.equal(complete("7-guitar-sun", "sunset"), "7-guitar-sunset");
});

test("a slip is pointed out as soon as no word fits", () => {
  assert.deepEqual(typing("guitar"), { kind: "wrong", problem: "number" });
  assert.deepEqual(typing("0-guitar"), { kind: "wrong", problem: "number" });
  assert.deepEqual(typing("7-guitx"), { kind: "wrong", problem: "unknown", word: "guitx", near: null });
  assert.deepEqual(typing("7-guitra-"), { kind: "wrong", problem: "unknown", word: "guitra", near: "guitar" });
  assert.deepEqual(typing("7-gui-sunset"), { kind: "wrong", problem: "unknown", word: "gui", near: null });
});

test("too few words are a slip only when one is done", () => {
  assert.equal(typing("7-guitar-").kind, "typing");
  assert.deepEqual(entered("7-guitar"), { kind: "wrong", problem: "short" });
  assert.deepEqual(entered("7-gui"), { kind: "wrong", problem: "unknown", word: "gui", near: null });
});

test("whatever is called whole is a code to the engine too", () => {
  for (const text of ["7-guitar-sunset", "7 GUITAR sunset", "7.guit.suns", "https://byway.example/#7-guitar-sunset", "1234567_zoo_zone_zero"]) {
    assert.deepEqual(entered(text), { kind: "whole" });
    assert.deepEqual(typing(text), { kind: "whole" });
    assert.ok(parse(text));
  }
});

test("words are found by four letters, not by three", () => {
  assert.equal(find("guit", words), "guitar");
  assert.equal(find("gui", words), null);
  assert.equal(find("zoo", words), "zoo");
  assert.equal(find("guitars", words), null);
});

test("the word one slip away is suggested", () => {
  for (const slip of ["guiter", "guittar", "gitar", "gutiar", "guitarr", "guita"]) assert.equal(nearest(slip, words), "guitar", slip);
  assert.equal(nearest("xyzzy", words), null);
});

test("a link counts from its fragment on", () => {
  assert.deepEqual(parts("http://localhost:8080/#7-Guitar_sunset "), ["7", "guitar", "sunset"]);
});
