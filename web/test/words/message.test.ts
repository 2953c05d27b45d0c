import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../catalogue.mjs";
import { isolated, localeOf, render, type Values } from "../../src/words/message.ts";

const english = localeOf("en", "ltr");
const arabic = localeOf("ar", "rtl");
const said = (text: string, values: Values, locale = english): string => render(compile(text), values, locale);

test("a message without arguments is its text", () => {
  assert.equal(said("It’s {'here'}".replace("{'here'}", "here"), {}), "It’s here");
});

test("numbers are grouped, and agree with what they count", () => {
  const files = "{n, plural, =0 {nothing} one {# file} other {# files of {who}}}";
  assert.equal(said(files, { n: 0, who: "Ann" }), "nothing");
  assert.equal(said(files, { n: 1, who: "Ann" }), "1 file");
  assert.equal(said(files, { n: 5000, who: "Ann" }), "5,000 files of Ann");
  assert.equal(said("{n, number} of them", { n: 1234 }), "1,234 of them");
});

test("every language has plurals of its own", () => {
  const kinds = "{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}";
  assert.deepEqual([0, 1, 2, 3, 11, 100].map((n) => said(kinds, { n }, arabic)), ["zero", "one", "two", "few", "many", "other"]);
  assert.equal(said("{n, plural, one {one} other {other}}", { n: 2 }, arabic), "other");
  assert.equal(render([{ plural: "n", of: {} }], { n: 2 }, english), "");
});

test("what is put in keeps its direction, and leaves that of the rest alone", () => {
  assert.equal(said("{name} removed.", { name: "a.txt" }), "a.txt removed.");
  assert.equal(said("{name} removed.", { name: "שלום.txt" }), "\u2067שלום.txt\u2069 removed.");
  assert.equal(isolated("a.txt", arabic), "\u2066a.txt\u2069");
  assert.equal(isolated("a שלום.txt", english), "\u2066a שלום.txt\u2069");
  assert.equal(isolated("3.4 غ.ب", arabic), "\u20673.4 غ.ب\u2069");
  assert.equal(isolated("\u2067 1 د\u2069 \u2066 UDP\u2069", arabic), "\u2067\u2067 1 د\u2069 \u2066 UDP\u2069\u2069");
});

test("what cannot be shown is refused when the page is built", () => {
  for (const text of ["{n, date}", "{n, number, percent}", "{n, selectordinal, other {#}}", "{n, plural, offset:1 other {#}}", "{n"]) {
    assert.throws(() => compile({ group: { name: text } }), /group\.name/, text);
  }
});
