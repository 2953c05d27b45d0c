/** What the operator of the server is told of. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundFile, LibraryInfo } from "../../src/directory/answers.ts";
import { aboutFile, aboutPeer, FAULTS, flagsOf, isSaid } from "../../src/directory/reporting.ts";

const shelf = (library: string, more: Partial<LibraryInfo> = {}): LibraryInfo => ({
  library, owner: { id: "o".repeat(32), short: "Tawny Otter", name: "" }, name: "Photos", description: "", asks: false, reach: null, files: 1, bytes: 1, isWhole: true, isAway: false, ...more,
});
const file = (sources: readonly LibraryInfo[]): FoundFile => ({ root: "00ff".repeat(16), handle: "", name: "a", folder: "", size: 1, kind: "other", sources, count: sources.length });

test("a file is reported wherever it was found in the open", () => {
  const subject = aboutFile(file([shelf("one"), shelf("two", { space: "Family" }), shelf("three")]));
  assert.ok(subject !== null);
  const root = Buffer.from("00ff".repeat(16), "hex").toString("base64url");
  assert.deepEqual(flagsOf(subject, { fault: "malware", note: "  " }), ["one", "three"].map((library) => ({ t: "flag", library, fault: "malware", root })));
  assert.deepEqual(flagsOf(subject, { fault: "other", note: " so and so " }).map(({ note }) => note), ["so and so", "so and so"]);
  assert.notEqual(subject.key, aboutPeer(shelf("one"))?.key);
});

test("of a peer the operator is told what it publishes", () => {
  const subject = aboutPeer(shelf("one"));
  assert.ok(subject !== null);
  assert.deepEqual(flagsOf(subject, { fault: "illegal", note: "" }), [{ t: "flag", library: "one", fault: "illegal" }]);
  assert.equal(subject.key, aboutPeer(shelf("two"))?.key);
});

test("what is in a sealed space the operator cannot see", () => {
  assert.deepEqual([aboutFile(file([shelf("one", { space: "Family" })])), aboutPeer(shelf("one", { space: "Family" }))], [null, null]);
});

test("whoever says that something else is wrong says what", () => {
  assert.deepEqual(FAULTS.map((fault) => isSaid({ fault, note: " " })), [true, true, true, true, true, false]);
  assert.equal(isSaid({ fault: "other", note: "It is mine." }), true);
});
