/** One file that is fetched: its life, and what of it is here. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CHUNK_BYTES } from "../../src/gen/peer_constants.ts";
import { concat } from "../../src/secure/encoding.ts";
import { FetchedFile, type FileStatus, type FileStep } from "../../src/transfer/fetched_file.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { fileRoot } from "../../src/transfer/merkle.ts";

const SIZE = 2 * CHUNK_BYTES + 5;
const hashOf = (chunk: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(chunk + 1);

function made(...steps: readonly FileStep[]): FetchedFile {
  const file = new FetchedFile(0, { path: "a", size: SIZE });
  for (const step of steps) assert.ok(file.step(step), step);
  return file;
}

/** Has these chunks arrive, from one source each, and stored. */
function store(file: FetchedFile, ...chunks: readonly number[]): void {
  for (const chunk of chunks) file.arrived(chunk, { hash: hashOf(chunk), source: chunk });
  for (const chunk of chunks) file.stored(chunk);
}

const ALL: readonly FileStep[] = ["complete", "matches", "stale", "named", "lost", "unstorable"];
const lives: readonly (readonly [readonly FileStep[], FileStatus, readonly FileStep[]])[] = [
  [[], "fetching", ["complete", "lost", "unstorable"]],
  [["complete"], "checking", ["matches", "stale", "lost", "unstorable"]],
  [["complete", "stale"], "fetching", ["complete", "lost", "unstorable"]],
  [["complete", "matches"], "naming", ["named", "unstorable"]],
  [["complete", "matches", "named"], "stored", []],
  [["lost"], "lost", []],
  [["complete", "matches", "unstorable"], "lost", []],
];

for (const [steps, status, possible] of lives) {
  test(`after ${steps.join(", ") || "nothing"} a file is ${status}, and only ${possible.join(", ") || "nothing"} changes that`, () => {
    assert.equal(made(...steps).status, status);
    assert.deepEqual(ALL.filter((step) => made(...steps).step(step)), possible);
  });
}

test("chunk by chunk it comes together, whoever sends it, until its root is known", () => {
  const file = made();
  assert.deepEqual([file.missing, file.bytes, file.root, file.isResumed], [[[0, 3]], 0, null, false]);
  file.arrived(1, { hash: hashOf(1), source: 7 });
  assert.deepEqual([file.sourceOf(1), file.bytes], [7, 0], "it is not stored yet");
  file.stored(1);
  assert.deepEqual([file.missing, file.bytes], [[[0, 1], [2, 3]], CHUNK_BYTES]);
  store(file, 0, 2);
  assert.deepEqual([file.missing, file.bytes, file.lengthOf(2)], [[], SIZE, 5]);
  assert.deepEqual(file.root, fileRoot(concat(hashOf(0), hashOf(1), hashOf(2)), SIZE));
});

test("what an earlier visit stored is here, and so is what is said to be zero, unless that visit has looked", () => {
  const held = new FileHashes(SIZE);
  held.put(0, hashOf(0));
  const sparse = { path: "a", size: SIZE, holes: [1, 3] };
  const [resumed, zero, both] = [new FetchedFile(0, { path: "a", size: SIZE }, held), new FetchedFile(0, sparse), new FetchedFile(0, sparse, held)];
  assert.deepEqual([resumed.missing, zero.missing, both.missing], [[[1, 3]], [[0, 1]], [[1, 3]]]);
  assert.deepEqual([resumed.bytes, zero.bytes], [CHUNK_BYTES, CHUNK_BYTES + 5]);
  assert.deepEqual([resumed.isResumed, zero.isResumed], [true, true]);
});

test("an empty file has its root at once", () => {
  const file = new FetchedFile(0, { path: "a" });
  assert.deepEqual([file.missing, file.bytes, file.root !== null], [[], 0, true]);
});

test("a chunk is worth three attempts, and others are no matter", () => {
  const file = made();
  assert.deepEqual([file.mayRetry(0), file.mayRetry(0), file.mayRetry(1), file.mayRetry(0)], [true, true, true, false]);
});

test("what does not match its root is fetched anew, as if nothing had been here", () => {
  const held = new FileHashes(SIZE);
  held.put(0, hashOf(0));
  const file = new FetchedFile(0, { path: "a", size: SIZE }, held);
  store(file, 1, 2);
  file.step("complete");
  for (let count = 0; count < 3; count += 1) file.mayRetry(1);
  file.renew();
  assert.deepEqual([file.status, file.missing, file.root, file.isResumed, file.mayRetry(1)], ["fetching", [[0, 3]], null, false, true]);
});
