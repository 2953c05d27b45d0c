/** Hashes of chunks by WebCrypto, which hashes on other threads. */

import { BLOCK_BYTES } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import { chunkHash } from "./merkle.ts";

/** Hash of a chunk with this content, of a file of `size` bytes. */
export async function hashChunk(data: Bytes, size: number): Promise<Bytes> {
  const starts = Array.from({ length: Math.ceil(data.length / BLOCK_BYTES) }, (_, at) => at * BLOCK_BYTES);
  const leaves = await Promise.all(starts.map((start) => crypto.subtle.digest("SHA-256", data.subarray(start, start + BLOCK_BYTES))));
  return chunkHash(leaves.map((leaf) => new Uint8Array(leaf)), size);
}
