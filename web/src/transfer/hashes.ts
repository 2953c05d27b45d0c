/** Hashes of the chunks of one file as they become known; a sender shares them among all receivers. */

import type { Bytes } from "../secure/encoding.ts";
import { chunkCount } from "./chunks.ts";
import type { Range } from "./holes.ts";
import { fileRoot, HASH_BYTES, missingSubtree, zeroHash } from "./merkle.ts";

/** 32 bytes for each chunk, allocated when the first is known. */
export class FileHashes {
  readonly #size: number;
  readonly #known = new Set<number>();
  #hashes: Bytes | null = null;
  #root: Bytes | null = null;

  constructor(size: number) {
    this.#size = size;
    if (size === 0) this.#root = missingSubtree(0);
  }

  /** The root, once every chunk is known. */
  get root(): Bytes | null {
    return this.#root;
  }

  /** The hash of a chunk, or null if it is not known. */
  get(chunk: number): Bytes | null {
    return this.#known.has(chunk) && this.#hashes !== null ? this.#hashes.slice(chunk * HASH_BYTES, (chunk + 1) * HASH_BYTES) : null;
  }

  /** Learns the hash of a chunk. */
  put(chunk: number, hash: Bytes): void {
    const count = chunkCount(this.#size);
    this.#hashes ??= new Uint8Array(count * HASH_BYTES);
    this.#hashes.set(hash, chunk * HASH_BYTES);
    this.#known.add(chunk);
    if (this.#known.size === count) this.#root ??= fileRoot(this.#hashes, this.#size);
  }

  /** Learns the hashes of chunks that are zero, without looking at them; all but the last are alike. */
  putZeros(holes: readonly Range[]): void {
    const last = chunkCount(this.#size) - 1;
    for (const [start, stop] of holes) {
      const alike = zeroHash(this.#size, 0);
      for (let chunk = start; chunk < stop; chunk += 1) this.put(chunk, chunk < last ? alike : zeroHash(this.#size, last));
    }
  }

  /** Ranges of chunks whose hashes are not known, ascending, not touching. */
  get gaps(): readonly Range[] {
    const gaps: Range[] = [];
    const count = chunkCount(this.#size);
    let start: number | null = null;
    for (let chunk = 0; chunk <= count; chunk += 1) {
      const isKnown = chunk === count || this.#known.has(chunk);
      if (isKnown && start !== null) gaps.push([start, chunk]);
      start = isKnown ? null : (start ?? chunk);
    }
    return gaps;
  }

  /** The first chunk whose hash is not known, or null. */
  unknown(): number | null {
    for (let chunk = 0; chunk < chunkCount(this.#size); chunk += 1) if (!this.#known.has(chunk)) return chunk;
    return null;
  }
}
