/** Which chunks are still to be asked for. Knows nothing of links. */

import { WINDOW_BYTES, WINDOW_BYTES_MAX, WINDOW_LINK_BYTES, WINDOW_REQUESTS } from "../gen/peer_constants.ts";
import { chunkBytes, chunkLength } from "./chunks.ts";

/** One chunk of one file. */
export interface Place {
  readonly file: number;
  readonly chunk: number;
}

interface Range {
  readonly file: number;
  readonly start: number;
  readonly stop: number;
}

/** Missing chunks in the order of the manifest, or of who prefers some; what comes back is next. */
export class Schedule {
  /** In reverse, so that the next range is cheap to take and to put back. */
  #ranges: Range[] = [];
  readonly #dropped = new Set<number>();

  /** Everything of these files is missing; `counts` are their numbers of chunks. */
  constructor(counts: ReadonlyMap<number, number>) {
    for (const [file, stop] of [...counts].reverse()) if (stop > 0) this.#ranges.push({ file, start: 0, stop });
  }

  /** Chunks from `start` up to before `stop` are missing, and come next. */
  add(file: number, start: number, stop: number): void {
    if (start < stop) this.#ranges.push({ file, start, stop });
  }

  /** A chunk that was taken is missing after all. */
  giveBack({ file, chunk }: Place): void {
    this.add(file, chunk, chunk + 1);
  }

  /** Nothing of this file is wanted any more. */
  drop(file: number): void {
    this.#dropped.add(file);
  }

  /** What is missing of these files comes before all else, in this order. */
  prefer(files: readonly number[]): void {
    const ranks = new Map(files.map((file, rank) => [file, rank]));
    const rankOf = ({ file }: Range): number => ranks.get(file) ?? ranks.size;
    this.#ranges = this.#ranges.toSorted((one, other) => rankOf(other) - rankOf(one));
  }

  /** What is missing of this file from `chunk` on comes next: whoever shows it waits there. Only pages show files. */
  seek(file: number, chunk: number): void {
    const others = this.#ranges.filter((range) => range.file !== file);
    const cut = this.#ranges.filter((range) => range.file === file).flatMap((range) => cutAt(range, chunk));
    const inReverse = cut.toSorted((one, other) => other.start - one.start);
    this.#ranges = [...others, ...inReverse.filter(({ start }) => start < chunk), ...inReverse.filter(({ start }) => start >= chunk)];
  }

  /** What `take` takes next, or null. */
  peek(): Place | null {
    let next = this.#ranges.at(-1);
    for (; next !== undefined && this.#dropped.has(next.file); next = this.#ranges.at(-1)) this.#ranges.pop();
    return next === undefined ? null : { file: next.file, chunk: next.start };
  }

  /** The chunk that `peek` told is no longer missing. */
  take(): void {
    const next = this.#ranges.pop() as Range;
    if (next.start + 1 < next.stop) this.#ranges.push({ ...next, start: next.start + 1 });
  }
}

/** What is before this chunk, and what is not. */
function cutAt(range: Range, chunk: number): readonly Range[] {
  const isInside = range.start < chunk && chunk < range.stop;
  return isInside ? [{ ...range, stop: chunk }, { ...range, start: chunk }] : [range];
}

/** What may be outstanding, counting a chunk from its request until it is stored: bounds memory on both sides. */
export class Window {
  #bytes = 0;
  #requests = 0;

  /** Whether chunk number `chunk` of a file of `size` bytes may be asked for now, with so many links open. */
  hasRoom(size: number, chunk: number, links: number): boolean {
    return this.#bytes + chunkLength(size, chunk) <= most(chunkBytes(size), links) && this.#requests < WINDOW_REQUESTS;
  }

  /** A chunk of this length was asked for. */
  add(length: number): void {
    this.#bytes += length;
    this.#requests += 1;
  }

  /** A chunk of this length was stored, or is not awaited any more. */
  remove(length: number): void {
    this.#bytes -= length;
    this.#requests -= 1;
  }
}

/** What may be outstanding at most while chunks of this size are fetched over so many links, in bytes. */
export function most(chunk: number, links: number): number {
  const one = Math.max(WINDOW_BYTES, 2 * chunk);
  const all = one + Math.max(0, links - 1) * Math.max(WINDOW_LINK_BYTES, chunk);
  return Math.max(one, Math.min(all, WINDOW_BYTES_MAX));
}
