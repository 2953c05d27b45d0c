import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeProblem, format, linkTo, parse, pickWords } from "../../src/secure/code.ts";
import { vectors } from "../vectors.ts";

const { codes } = vectors<{ codes: readonly { text: string; code: string | null }[] }>("meeting");

for (const { text, code } of codes) {
  test(`${JSON.stringify(text)} is ${code ?? "no code"}`, () => {
    if (code === null) assert.throws(() => parse(text), CodeProblem);
    else assert.equal(format(parse(text)), code);
  });
}

test("an escape that is none is left alone", () => {
  assert.throws(() => parse("7-guitar-%zz"), /“%zz” is not a word/);
});

test("a link holds the code in its fragment and keeps the page's address", () => {
  const code = { locator: "7", words: ["guitar", "sunset"] };
  assert.equal(linkTo("https://byway.example/sub/", code), "https://byway.example/sub/#7-guitar-sunset");
  assert.deepEqual(parse(linkTo("http://[::1]:8080/", code)), code);
});

test("words are picked by number", () => {
  const numbers = [0, 2047, 1];
  assert.deepEqual(pickWords(3, () => numbers.shift() ?? 0), ["abandon", "zoo", "ability"]);
});

test("every code that is made can be read", () => {
  for (let round = 0; round < 50; round += 1) {
    const code = { locator: String(round + 1), words: pickWords() };
    assert.deepEqual(parse(format(code)), code);
  }
});
