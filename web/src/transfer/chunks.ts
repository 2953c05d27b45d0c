/** How a file divides into chunks: a function of its size alone, so both sides agree without a word. */

import { CHUNK_BYTES, CHUNK_BYTES_MAX, CHUNKS_PER_FILE } from "../gen/peer_constants.ts";

/** Chunk size of a file in bytes: 256 KiB, doubled while there are more than 16,384 chunks, at most 4 MiB. */
export function chunkBytes(size: number): number {
  let chunk: number = CHUNK_BYTES;
  while (chunk < CHUNK_BYTES_MAX && size > chunk * CHUNKS_PER_FILE) chunk *= 2;
  return chunk;
}

/** Number of chunks; an empty file has none. */
export function chunkCount(size: number): number {
  return Math.ceil(size / chunkBytes(size));
}

/** Bytes in chunk number `chunk`, which must exist; the last one is shorter. */
export function chunkLength(size: number, chunk: number): number {
  return Math.min(chunkBytes(size), size - chunkStart(size, chunk));
}

/** Where chunk number `chunk` begins. */
export function chunkStart(size: number, chunk: number): number {
  return chunk * chunkBytes(size);
}
