/** What the directory answers, as the page shows it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { askedName, bestReach, kindOf, libraryAt, reachBy, withHits, withListed, withPeople, type LibraryInfo } from "../../src/directory/answers.ts";
import type { Found, Here, Listing, Shelf } from "../../src/gen/signaling.ts";
import { toBase64url } from "../../src/secure/encoding.ts";

const key = (byte: number): string => toBase64url(new Uint8Array(32).fill(byte));
const shelf = (byte: number, more: Partial<Shelf> = {}): Shelf => ({ library: `l${byte}`, peer: key(byte), name: `n${byte}`, ...more });
const found = (more: Partial<Found>): Found => ({ t: "found", seq: 1, re: 1, ...more });
const hit = (byte: number, sources: number[], name = "a.txt") => ({ root: key(byte), name, size: 5, kind: "text" as const, sources, count: 1 });

test("a hit names those who have it, and is asked for by its root in hexadecimal", () => {
  const { files, told, more } = withHits(null, found({ hits: [{ ...hit(1, [1, 0]), count: 9, folder: "d" }], libraries: [shelf(3), shelf(4, { ask: true, reach: "open", files: 2, bytes: 7, whole: true, away: true, description: "x\u202ey" })] }));
  assert.deepEqual([told, more], [1, false]);
  const [file] = files;
  assert.equal(file?.root, "01".repeat(32));
  assert.equal(file?.handle, "aeaqcaibaeaqcaib");
  assert.deepEqual([file?.count, file?.folder], [9, "d"]);
  assert.deepEqual(file?.sources.map(({ library }) => library), ["l4", "l3"]);
  const { owner, ...rest } = file?.sources[0] as LibraryInfo;
  assert.deepEqual(rest, { library: "l4", name: "n4", description: "x_y", asks: true, reach: "open", files: 2, bytes: 7, isWhole: true, isAway: true });
  assert.match(owner.short, /^[A-Z][a-z]+ [A-Z][a-z]+$/);
});

test("what the server could not know is left out: keys and roots that are none, and places that are not there", () => {
  const crooked = `${key(1).slice(0, -1)}9`; // the last bits are not zero, so it is no canonical form
  const answer = found({ hits: [hit(1, [0]), hit(2, [7]), { ...hit(3, [1]), root: crooked }, hit(4, [1])], libraries: [shelf(3, { peer: crooked }), shelf(4)] });
  assert.deepEqual(withHits(null, answer).files.map(({ root }) => root.slice(0, 2)), ["04"]);
  assert.deepEqual(withPeople(null, { t: "here", seq: 1, re: 1, libraries: [shelf(3, { peer: crooked })] }).libraries, []);
});

test("pages of hits add up, without what was there already", () => {
  const first = withHits(null, found({ hits: [hit(1, [0]), hit(2, [0])], libraries: [shelf(3)], more: true }));
  assert.ok(first.more);
  const second = withHits(first, found({ hits: [hit(2, [0]), hit(5, [0])], libraries: [shelf(3)] }));
  assert.deepEqual([second.files.length, second.told, second.more], [3, 4, false]);
  assert.deepEqual(withHits(second, found({ more: true })), second);
});

test("pages of those who are here add up", () => {
  const here = (more: Partial<Here>): Here => ({ t: "here", seq: 1, re: 1, ...more });
  const first = withPeople(null, here({ libraries: [shelf(3)], more: true }));
  const second = withPeople(first, here({ libraries: [shelf(4)] }));
  assert.deepEqual([first.more, second.more, second.libraries.map(({ library }) => library)], [true, false, ["l3", "l4"]]);
  assert.deepEqual(withPeople(null, here({ more: true })), { libraries: [], more: false });
});

test("a folder is folders and files, page by page after the last name", () => {
  const [library] = withPeople(null, { t: "here", seq: 1, re: 1, libraries: [shelf(3)] }).libraries as readonly [LibraryInfo];
  const listing = (more: Partial<Listing>): Listing => ({ t: "listing", seq: 1, re: 1, ...more });
  const first = withListed(null, listing({ folders: [["sub", 3, 9]], more: true }), library, "d");
  assert.deepEqual([first.last, first.more, first.folders], ["sub", true, [{ name: "sub", files: 3, bytes: 9 }]]);
  const second = withListed(first, listing({ files: [["a.PNG", 5, key(1)], ["b", 6, `${key(1).slice(0, -1)}9`]] }), library, "d");
  assert.deepEqual([second.last, second.more, second.folders.length, second.files.length], ["b", false, 1, 1]);
  assert.deepEqual(second.files[0], { root: "01".repeat(32), handle: "aeaqcaibaeaqcaib", name: "a.PNG", folder: "d", size: 5, kind: "picture", sources: [library], count: 1 });
  assert.deepEqual(withListed(null, listing({ more: true }), library, "").more, false);
});

test("kinds go by endings, as at the server", () => {
  assert.deepEqual(["a.jpg", "b.tar.GZ", "README", "c.", "d.unheard"].map(kindOf), ["picture", "archive", "other", "other", "other"]);
});

test("the best way to any who has it counts", () => {
  const at = (reach: LibraryInfo["reach"]) => ({ reach }) as LibraryInfo;
  assert.equal(bestReach([at("blocked"), at("varying"), at("steady")]), "steady");
  assert.equal(bestReach([at("blocked"), at(null)]), null);
  assert.equal(bestReach([]), null);
});

test("what a NAT does says how others get there", () => {
  assert.deepEqual((["none", "independent", "sequential", "random", "blocked", "unknown"] as const).map(reachBy), ["open", "steady", "varying", "varying", "blocked", null]);
});

test("what is asked for is one name", () => {
  assert.equal(askedName("a/b.txt"), "a_b.txt");
});

test("an address leads to the library of a peer, or to the one of its name", () => {
  const { libraries } = withPeople(null, { t: "here", seq: 1, re: 1, libraries: [shelf(1), shelf(2), shelf(2, { library: "other", name: "Films" })] } as Here);
  const peer = libraries[1]?.owner.id ?? assert.fail();
  assert.equal(libraryAt(libraries, { peer, library: null })?.library, "l2");
  assert.equal(libraryAt(libraries, { peer, library: "Films" })?.library, "other");
  assert.equal(libraryAt(libraries, { peer, library: "Music" }), null);
  assert.equal(libraryAt(libraries, { peer: "nobody", library: null }), null);
});
