/** What stands behind `#`, and what it means. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING } from "../../src/directory/query.ts";
import { type Address, formatAddress, parseAddress } from "../../src/ui/address.ts";

const PEER = "a2".repeat(16);

const SAME: readonly (readonly [string, Address])[] = [
  ["", { name: "home" }],
  ["#send", { name: "send" }],
  ["#receive", { name: "receive" }],
  ["#library", { name: "library" }],
  ["#check", { name: "check" }],
  ["#find", { name: "find", query: NOTHING }],
  ["#find?q=harbour+%26+sea&kind=picture&size=small", { name: "find", query: { text: "harbour & sea", kind: "picture", size: "small", space: null } }],
  ["#find?q=harbour&space=Family", { name: "find", query: { ...NOTHING, text: "harbour", space: "Family" } }],
  ["#find?kind=other", { name: "find", query: { ...NOTHING, kind: "other" } }],
  [`#browse?peer=${PEER}`, { name: "browse", peer: PEER, library: null, path: "", space: null }],
  [`#browse?peer=${PEER}&path=a&space=Family`, { name: "browse", peer: PEER, library: null, path: "a", space: "Family" }],
  [`#browse?peer=${PEER}&library=Photos+%231&path=Holiday%2F2023`, { name: "browse", peer: PEER, library: "Photos #1", path: "Holiday/2023", space: null }],
  ["#space?space=Familie+%26+Freunde", { name: "space", space: "Familie & Freunde" }],
  ["#transfers", { name: "transfers", number: null }],
  ["#transfers?number=12", { name: "transfers", number: 12 }],
  ["#7-guitar-sunset", { name: "code", code: "7-guitar-sunset" }],
];

test("each view has one address, and each address one view", () => {
  for (const [fragment, address] of SAME) {
    assert.equal(formatAddress(address), fragment);
    assert.deepEqual(parseAddress(fragment), address, fragment);
  }
});

test("what is published has an address that is looked for", () => {
  for (const fragment of [`#byway:${PEER}/abcdefgh2345abcd`, `#byway%3A${PEER}%2Fabcdefgh2345abcd`, `#/byway:${PEER}/abcdefgh2345abcd`]) {
    assert.deepEqual(parseAddress(fragment), { name: "find", query: { ...NOTHING, text: `byway:${PEER}/abcdefgh2345abcd` } });
  }
});

test("a code is read as it came, and what names no view may be one", () => {
  assert.deepEqual(parseAddress("#7%20guitar%20sunset"), { name: "code", code: "7 guitar sunset" });
  assert.deepEqual(parseAddress("#7-%zz"), { name: "code", code: "7-%zz" });
  assert.deepEqual(parseAddress("#toString"), { name: "code", code: "toString" });
  assert.deepEqual(parseAddress("#"), { name: "home" });
  assert.equal(formatAddress({ name: "code", code: "7 guitar" }), "#7%20guitar");
});

test("a link to a space is left as it came: its name is encoded by itself", () => {
  for (const link of ["byway-space:100%25/AAAA", "BYWAY-SPACE:a%2Fb/AAAA"]) assert.deepEqual(parseAddress(`#${link}`), { name: "code", code: link });
});

test("what is wrong in an address is left out", () => {
  assert.deepEqual(parseAddress("#find?q=a&kind=toString&size=endless&more=1"), { name: "find", query: { ...NOTHING, text: "a" } });
  assert.deepEqual(parseAddress("#transfers?number=-1"), { name: "transfers", number: null });
  assert.deepEqual(parseAddress("#browse"), { name: "browse", peer: "", library: null, path: "", space: null });
  assert.deepEqual(parseAddress("#space"), { name: "space", space: "" });
  assert.deepEqual(parseAddress("#/find?"), { name: "find", query: NOTHING });
});
