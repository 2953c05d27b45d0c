/** The list of what is offered: what it may be, and how it goes in pages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlMessage, EndCode, Entry } from "../../src/gen/peer.ts";
import { isSealedMessage } from "../../src/gen/validators.js";
import { encode } from "../../src/transfer/frames.ts";
import { endCode, Manifest, offerOf, page, preview, sameOffer } from "../../src/transfer/manifest.ts";
import { ManifestError } from "../../src/transfer/names.ts";
import { control, end, entries, hello, offer, receiver } from "./saying.ts";

const impossible: Readonly<Record<string, [EndCode, readonly ControlMessage[]]>> = {
  "too many entries": ["too-many-entries", [{ ...offer, files: 200_001 }]],
  "a long text": ["bad-manifest", [{ ...offer, files: 1, folders: 0, bytes: 1_048_577, text: true }]],
  "a text of two": ["bad-manifest", [{ ...offer, text: true }]],
  "a text with a folder": ["bad-manifest", [{ ...offer, files: 1, bytes: 3, text: true }]],
  "a page out of turn": ["bad-manifest", [offer, { t: "entries", start: 1, entries: [] }]],
  "an empty page": ["bad-manifest", [offer, { t: "entries", start: 0, entries: [] }]],
  "more than offered": ["bad-manifest", [{ ...offer, files: 1 }, page(entries, 0)]],
  "other sums": ["bad-manifest", [{ ...offer, bytes: 1 }, page(entries, 0)]],
  "a folder with a size": ["bad-manifest", [{ ...offer, files: 0, folders: 1, bytes: 1 }, { t: "entries", start: 0, entries: [{ path: "a", size: 1, folder: true }], last: true }]],
  "an impossible path": ["bad-manifest", [{ ...offer, files: 1, folders: 0, bytes: 0 }, { t: "entries", start: 0, entries: [{ path: "../a" }], last: true }]],
};

for (const [what, [code, messages]] of Object.entries(impossible)) {
  test(`an offer of ${what} ends with ${code}`, () => assert.equal(end(receiver(), hello, ...messages.map(control)), code));
}

test("paths that are longer than a receiver takes altogether end it, and nothing may follow the last page", () => {
  const manifest = new Manifest({ ...offer, files: 100_000 });
  const long = Array.from({ length: 1000 }, () => ({ path: "x".repeat(4096) }));
  assert.throws(
    () => {
      for (let start = 0; ; start += 1000) manifest.add({ t: "entries", start, entries: long });
    },
    (error) => error instanceof ManifestError && endCode(error) === "too-many-entries",
  );
  const complete = new Manifest(offer);
  complete.add(page(entries, 0));
  assert.ok(complete.isComplete);
  assert.throws(() => complete.add({ t: "entries", start: 3, entries: [], last: true }), ManifestError);
});

test("a manifest of many entries goes in pages that fit a frame", () => {
  const many = Array.from({ length: 3000 }, (_, index): Entry => ({ path: `${"ü".repeat(100)}${index}`, size: index }));
  const manifest = new Manifest(offerOf(many, "", false));
  let pages = 0;
  while (!manifest.isComplete) {
    const next = page(many, manifest.entries.length);
    assert.ok(encode(control(next)).length <= 61_441);
    manifest.add(next);
    pages += 1;
  }
  assert.deepEqual([manifest.entries, pages > 10], [many, true]);
  assert.equal(page(Array.from({ length: 1001 }, () => ({ path: "a" })), 0).entries.length, 1000);
  assert.ok(sameOffer({ ...offerOf(many, "", true), text: true }, offerOf(many, "", true)));
});

test("a preview shows the sum and the first entries, as many as a sealed body holds", () => {
  const entries = Array.from({ length: 60 }, (_, index) => ({ path: `file ${index}`, size: index }));
  const whole = preview(offerOf(entries, "t", false), entries);
  assert.deepEqual([whole.files, whole.folders, whole.bytes, whole.title, whole.text], [60, 0, 1770, "t", false]);
  assert.deepEqual(whole.entries, entries.slice(0, 50));
  assert.ok(isSealedMessage(JSON.parse(JSON.stringify(whole))));
  assert.ok(sameOffer(whole, offerOf(entries, "t", false)));
  const long = Array.from({ length: 60 }, (_, index) => ({ path: `${index}`.padEnd(1000, "x"), size: 1 }));
  assert.equal(preview(offerOf(long, "t", true), long).entries?.length, 8); // 1,022 bytes each, and a comma
  const { title: _title, ...untitled } = offerOf(entries, "", false);
  assert.equal(preview(untitled, []).title, "");
});
