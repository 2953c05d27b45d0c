/** One file that is fetched: how far it is, and what of it is here; pure. */

import type { Entry } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import { chunkLength } from "./chunks.ts";
import { FileHashes } from "./hashes.ts";
import { holesOf, inBytes, type Range } from "./holes.ts";

/** How often a chunk is asked for before its file is given up: on an authenticated link a wrong hash is a fault of the
 * other side, which a few repetitions either outlast or do not. */
const ATTEMPTS = 3;

/** Checking: all chunks are stored, and the root is awaited. Naming: nothing is needed of any source, so none that goes makes it lost. */
export type FileStatus = "fetching" | "checking" | "naming" | "stored" | "lost";

export type FileStep =
  /** All chunks are stored. */
  | "complete"
  /** Together they have its root; or not, and all is to come again. */
  | "matches"
  | "stale"
  /** It has its name. */
  | "named"
  /** Nobody sends it as it should be; or there is no place for it, or for its name. */
  | "lost"
  | "unstorable";

/** What may happen to a file, and where that leads; what is not listed changes nothing. */
const LIFE: Readonly<Record<FileStatus, Readonly<Partial<Record<FileStep, FileStatus>>>>> = {
  fetching: { complete: "checking", lost: "lost", unstorable: "lost" },
  checking: { matches: "naming", stale: "fetching", lost: "lost", unstorable: "lost" },
  naming: { named: "stored", unstorable: "lost" },
  stored: {},
  lost: {},
};

/** A chunk that is being stored: the hash that was told with it, and by whom. */
interface Arriving {
  readonly hash: Bytes;
  readonly source: number;
}

export class FetchedFile {
  readonly index: number;
  readonly entry: Entry;
  readonly size: number;
  #status: FileStatus = "fetching";
  #isResumed: boolean;
  /** Of chunks that are stored. */
  #hashes: FileHashes;
  readonly #arriving = new Map<number, Arriving>();
  readonly #attempts = new Map<number, number>();

  /** `held` are the hashes of what an earlier visit stored, if it began this file: who has looked knows better than who says what is zero. */
  constructor(index: number, entry: Entry, held?: FileHashes) {
    this.index = index;
    this.entry = entry;
    this.size = entry.size ?? 0;
    const here = held ?? zerosOf(entry, this.size);
    this.#isResumed = here !== null;
    this.#hashes = here ?? new FileHashes(this.size);
  }

  get status(): FileStatus {
    return this.#status;
  }

  /** Whether some of it was not fetched: it is from an earlier visit, or said to be zero. */
  get isResumed(): boolean {
    return this.#isResumed;
  }

  /** Its root by the hashes of what is stored; null unless that is all of it. */
  get root(): Bytes | null {
    return this.#hashes.root;
  }

  /** Ranges of chunks that are not stored, ascending. */
  get missing(): readonly Range[] {
    return this.#hashes.gaps;
  }

  /** How much of it is stored. */
  get bytes(): number {
    return this.size - inBytes(this.missing, this.size).reduce((sum, [start, stop]) => sum + stop - start, 0);
  }

  lengthOf(chunk: number): number {
    return chunkLength(this.size, chunk);
  }

  /** Something happened: whether that changes anything. */
  step(step: FileStep): boolean {
    const status = LIFE[this.#status][step];
    if (status === undefined) return false;
    this.#status = status;
    return true;
  }

  /** A chunk is here, and given away to be stored. */
  arrived(chunk: number, arriving: Arriving): void {
    this.#arriving.set(chunk, arriving);
  }

  /** Who sent this chunk, which is being stored. */
  sourceOf(chunk: number): number {
    return (this.#arriving.get(chunk) as Arriving).source;
  }

  /** A chunk that has arrived is stored. */
  stored(chunk: number): void {
    this.#hashes.put(chunk, (this.#arriving.get(chunk) as Arriving).hash);
    this.#arriving.delete(chunk);
  }

  /** A chunk was not what it should be: whether it is worth to ask for it once more. */
  mayRetry(chunk: number): boolean {
    const attempts = (this.#attempts.get(chunk) ?? 0) + 1;
    this.#attempts.set(chunk, attempts);
    return attempts < ATTEMPTS;
  }

  /** What is here is of no use: all of it is to come. */
  renew(): void {
    this.step("stale");
    this.#isResumed = false;
    this.#hashes = new FileHashes(this.size);
    this.#attempts.clear();
  }
}

/** Hashes of the chunks that are said to be zero; null if there are none. */
function zerosOf(entry: Entry, size: number): FileHashes | null {
  const holes = holesOf(entry);
  if (holes.length === 0) return null;
  const hashes = new FileHashes(size);
  hashes.putZeros(holes);
  return hashes;
}
