/** How a file divides into chunks, and what its hashes come to. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Bytes, concat, toHex } from "../../src/secure/encoding.ts";
import { chunkBytes, chunkCount, chunkLength, chunkStart } from "../../src/transfer/chunks.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { hashChunk } from "../../src/transfer/hashing.ts";
import { fileRoot, missingSubtree, zeroHash } from "../../src/transfer/merkle.ts";
import { vectors } from "../vectors.ts";

for (const known of vectors<readonly { size: number; chunk: number; count: number; last: number }[]>("chunks")) {
  test(`${known.size} bytes make ${known.count} chunks`, () => {
    assert.deepEqual([chunkBytes(known.size), chunkCount(known.size)], [known.chunk, known.count]);
    if (known.count > 0) assert.equal(chunkLength(known.size, known.count - 1), known.last);
  });
}

interface Merkle {
  readonly libtorrent: readonly { readonly size: number; readonly root: string }[];
  readonly missing: readonly string[];
  readonly zeros: readonly { readonly size: number; readonly chunk: number; readonly hash: string }[];
  readonly chunks: readonly { readonly size: number; readonly chunk: number; readonly hash: string }[];
}

const merkle = vectors<Merkle>("merkle");

/** The content that the vectors are made over. */
function content(size: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, at) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(at));
    return createHash("sha256").update(number).digest();
  });
  return new Uint8Array(Buffer.concat(blocks).subarray(0, size));
}

async function hashesOf(size: number): Promise<FileHashes> {
  const whole = content(size);
  const hashes = new FileHashes(size);
  for (let chunk = hashes.unknown(); chunk !== null; chunk = hashes.unknown()) {
    const start = chunkStart(size, chunk);
    hashes.put(chunk, await hashChunk(whole.subarray(start, start + chunkLength(size, chunk)), size));
  }
  return hashes;
}

for (const { size, root } of merkle.libtorrent) {
  test(`the root of ${size} bytes is that of libtorrent`, async () => assert.equal(toHex((await hashesOf(size)).root as Bytes), root));
}

for (const { size, chunk, hash } of merkle.chunks) {
  test(`the hash of chunk ${chunk} of ${size} bytes is that of Python`, async () => assert.equal(toHex((await hashesOf(size)).get(chunk) as Bytes), hash));
}

for (const { size, chunk, hash } of merkle.zeros) {
  test(`the hash of zeros in chunk ${chunk} of ${size} bytes is that of Python`, () => assert.equal(toHex(zeroHash(size, chunk)), hash));
}

test("missing subtrees are those of Python", () => {
  merkle.missing.forEach((hash, height) => assert.equal(toHex(missingSubtree(height)), hash));
});

test("hashes are known one by one, the root at the end and for good", () => {
  const hashes = new FileHashes(262_145);
  assert.deepEqual([hashes.get(0), hashes.root, hashes.unknown()], [null, null, 0]);
  hashes.put(0, new Uint8Array(32).fill(1));
  assert.deepEqual([hashes.get(1), hashes.root, hashes.unknown()], [null, null, 1]);
  hashes.put(1, new Uint8Array(32).fill(2));
  const { root } = hashes;
  assert.deepEqual(root, fileRoot(concat(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)), 262_145));
  hashes.put(1, new Uint8Array(32).fill(2));
  assert.equal(hashes.root, root);
  assert.deepEqual([hashes.get(1), hashes.unknown()], [new Uint8Array(32).fill(2), null]);
});

test("chunks whose hashes are not known are told as ranges", () => {
  const hashes = new FileHashes(5 * 262_144);
  assert.deepEqual(hashes.gaps, [[0, 5]]);
  for (const chunk of [1, 2]) hashes.put(chunk, new Uint8Array(32));
  assert.deepEqual(hashes.gaps, [[0, 1], [3, 5]]);
  for (const chunk of [0, 4]) hashes.put(chunk, new Uint8Array(32));
  assert.deepEqual(hashes.gaps, [[3, 4]]);
  hashes.put(3, new Uint8Array(32));
  assert.deepEqual([hashes.gaps, new FileHashes(0).gaps], [[], []]);
});
