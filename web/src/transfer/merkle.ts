/**
 * SHA-256 Merkle trees over 16 KiB leaves, as BitTorrent v2 defines them (BEP 52). Twin of pypeer/transfer/merkle.py.
 *
 * Missing leaves count as 32 zero bytes, up to a power of two. A chunk is a subtree: its hash is the root of its leaves,
 * so the root of a file follows from the hashes of its chunks alone. Leaves are hashed by whoever has the data (hashing.ts);
 * the parents here, since hashing 64 bytes takes less time than asking WebCrypto to.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { BLOCK_BYTES } from "../gen/peer_constants.ts";
import { type Bytes, concat } from "../secure/encoding.ts";
import { chunkBytes, chunkCount, chunkLength } from "./chunks.ts";

export const HASH_BYTES = 32;

const ZERO_LEAF = sha256(new Uint8Array(BLOCK_BYTES)) as Bytes;

const missing: Bytes[] = [new Uint8Array(HASH_BYTES)];

/** Root of 2 to the power of `height` missing leaves. */
export function missingSubtree(height: number): Bytes {
  for (let known = missing.length; known <= height; known += 1) missing.push(parent(missingSubtree(known - 1), missingSubtree(known - 1)));
  return missing[height] as Bytes;
}

/** Hash of a chunk of a file of `size` bytes, from the digests of its leaves. */
export function chunkHash(leaves: readonly Bytes[], size: number): Bytes {
  return root(leaves, chunkHeight(size), 0);
}

/** Hash of a chunk of zeros of a file of `size` bytes, without making them. */
export function zeroHash(size: number, chunk: number): Bytes {
  const length = chunkLength(size, chunk);
  const rest = length % BLOCK_BYTES;
  const leaves = Array.from<Bytes>({ length: Math.floor(length / BLOCK_BYTES) }).fill(ZERO_LEAF);
  return chunkHash(rest === 0 ? leaves : [...leaves, sha256(new Uint8Array(rest)) as Bytes], size);
}

/** Root of a file of `size` bytes, which is not empty, from the hashes of all its chunks, one after the other. */
export function fileRoot(hashes: Bytes, size: number): Bytes {
  const nodes = Array.from({ length: chunkCount(size) }, (_, at) => hashes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  return root(nodes, heightOf(nodes.length), chunkHeight(size));
}

/** Height of a chunk's subtree: that of a full chunk, or of the whole file if it is the only one. */
function chunkHeight(size: number): number {
  return heightOf(Math.ceil((chunkCount(size) > 1 ? chunkBytes(size) : size) / BLOCK_BYTES));
}

function heightOf(leaves: number): number {
  return Math.ceil(Math.log2(leaves));
}

/** Root at `height` above `nodes`, which are subtrees of height `base`; what is missing to the right is padded. */
function root(nodes: readonly Bytes[], height: number, base: number): Bytes {
  let row = nodes;
  for (let level = base; level < base + height; level += 1) row = rowAbove(row, missingSubtree(level));
  return row[0] as Bytes;
}

function rowAbove(row: readonly Bytes[], padding: Bytes): readonly Bytes[] {
  return Array.from({ length: Math.ceil(row.length / 2) }, (_, at) => parent(row[2 * at] as Bytes, row[2 * at + 1] ?? padding));
}

function parent(left: Bytes, right: Bytes): Bytes {
  return sha256(concat(left, right)) as Bytes;
}
