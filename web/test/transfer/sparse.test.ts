/** What is said to be zero is not fetched, unless that turns out to be wrong. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import { NOTHING_HELD } from "../../src/transfer/fetch.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { inBytes } from "../../src/transfer/holes.ts";
import { offerOf, page } from "../../src/transfer/manifest.ts";
import type { Receiver } from "../../src/transfer/receiver.ts";
import { asked, CHUNK, control, digest, type Effects, ended, hello, on, receiver, root, said } from "./saying.ts";

const SPARSE = 3 * CHUNK + 5;

/** A receiver of one file whose middle is said to be zero; what it asks for then. */
function sparse(holes: readonly number[], hashes = new Map<number, FileHashes>()): readonly [Receiver, Effects] {
  const entries: readonly Entry[] = [{ path: "a", size: SPARSE, holes: [...holes] }];
  const here = receiver();
  const listed = on(here, 0, hello, control(offerOf(entries, "t", false)), control(page(entries, 0)));
  if (ended(listed) !== null) return [here, listed];
  here.decided(true);
  return [here, here.prepared(0, { ...NOTHING_HELD, hashes })];
}

test("what is said to be zero counts as received, and is not asked for", () => {
  const [, effects] = sparse([1, 3]);
  assert.deepEqual(asked(effects), ["0/0", "0/3"]);
  const [, all] = sparse([0, 4]);
  assert.deepEqual(said(all), ["0 accept", "0 ask-root"]);
  const kept = new FileHashes(SPARSE);
  kept.put(2, digest(1));
  assert.deepEqual(asked(sparse([1, 3], new Map([[0, kept]]))[1]), ["0/0", "0/1", "0/3"], "who has looked knows better");
});

test("what was not zero after all is asked for", () => {
  const [here] = sparse([0, 4]);
  const effects = on(here, 0, control({ t: "root", file: 0, root: root("0") }));
  assert.deepEqual(asked(effects), ["0/0", "0/1", "0/2", "0/3"]);
});

for (const holes of [[1], [2, 1], [1, 1], [1, 5], [0, 1, 1, 2]]) {
  test(`holes that cannot be end it: ${holes}`, () => assert.match(String(ended(sparse(holes)[1])), /holes/));
}

test("holes in bytes end with the file", () => assert.deepEqual(inBytes([[0, 1], [3, 4]], SPARSE), [[0, CHUNK], [3 * CHUNK, SPARSE]]));
