/** One file that was asked for by its root: what is offered has to be that one, whoever offers it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import { toHex } from "../../src/secure/encoding.ts";
import type { Frame } from "../../src/transfer/frames.ts";
import { offerOf, sumsFit } from "../../src/transfer/manifest.ts";
import { fileRoot } from "../../src/transfer/merkle.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { chunk, control, digest, type Effects, ended, FRAME, hello, on, types } from "./saying.ts";

const HASH = digest(1);
const SIZE = 5;
const ROOT = toHex(fileRoot(HASH, SIZE));
const OTHER = "ab".repeat(32);
const ENTRY: Entry = { path: "a.txt", size: SIZE };

/** What a source says that offers these entries. */
function offering(...entries: readonly Entry[]): readonly Frame[] {
  return [hello, control(offerOf(entries, "", false)), control({ t: "entries", start: 0, entries: [...entries], last: true })];
}

function from(here: Receiver, source: number, frames: readonly Frame[]): Effects {
  return [...here.linkUp(source, 0, FRAME, source), ...on(here, source, ...frames)];
}

test("a source that tells no root is known to have to send this one", () => {
  const here = new Receiver({ root: ROOT, size: SIZE });
  assert.ok(types(from(here, 0, offering(ENTRY))).includes("decide"));
  assert.equal(here.entries[0]?.root, ROOT);
});

test("one that tells another root, or offers anything else, is left before the person is asked", () => {
  const wrong = [offering({ ...ENTRY, root: OTHER }), offering({ ...ENTRY, size: 6 }), offering(ENTRY, { path: "b", size: 0 }), offering({ path: "d", folder: true })];
  for (const frames of wrong) {
    const effects = from(new Receiver({ root: ROOT, size: SIZE }), 0, frames);
    assert.ok(!types(effects).includes("decide"));
    assert.match(String(ended(effects)), /not the file that was asked for/);
  }
});

test("another source with another file is dismissed, and the first goes on", () => {
  const here = new Receiver({ root: ROOT, size: SIZE });
  from(here, 0, offering({ ...ENTRY, root: ROOT }));
  const effects = from(here, 1, offering({ ...ENTRY, root: OTHER }));
  assert.ok(types(effects).includes("dismiss"));
  assert.ok(!here.hasEnded);
});

test("content that does not have the root is not taken, even if all that the source tells fits together", () => {
  const here = new Receiver({ root: OTHER, size: SIZE });
  from(here, 0, offering(ENTRY));
  here.decided(true);
  const asked = here.prepared(0).find((effect) => effect.type === "send" && effect.frame.type === "request");
  assert.ok(asked?.type === "send" && asked.frame.type === "request");
  const { request } = asked.frame;
  const effects = on(here, 0, ...chunk(request, SIZE, HASH, fileRoot(HASH, SIZE)));
  assert.ok(here.hasEnded);
  assert.ok(!types(effects).includes("finish"));
});

test("sums that fit are those of one file of that size", () => {
  const offer = offerOf([ENTRY], "", false);
  assert.ok(sumsFit(offer, { root: ROOT, size: SIZE }));
  assert.ok(!sumsFit({ ...offer, text: true }, { root: ROOT, size: SIZE }));
});
