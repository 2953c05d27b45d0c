/** Holes of files: ranges of chunks that are zero, and are not fetched; pure. */

import type { Entry } from "../gen/peer.ts";
import { chunkCount, chunkLength, chunkStart } from "./chunks.ts";

/** From the first up to before the second number. */
export type Range = readonly [start: number, stop: number];

/** Those that an entry tells of, in chunks. */
export function holesOf({ holes = [] }: Pick<Entry, "holes">): readonly Range[] {
  return Array.from({ length: holes.length / 2 }, (_, at) => [holes[2 * at] as number, holes[2 * at + 1] as number]);
}

/** Whether they are ranges of chunks of this file, ascending, not touching. */
export function areHoles({ size = 0, holes = [] }: Entry): boolean {
  const isWithin = (holes.at(-1) ?? 0) <= chunkCount(size);
  return holes.length % 2 === 0 && isWithin && holes.every((each, at) => at === 0 || (holes[at - 1] as number) < each);
}

/** The same ranges of a file of `size` bytes, in bytes. */
export function inBytes(holes: readonly Range[], size: number): readonly Range[] {
  return holes.map(([start, stop]) => [chunkStart(size, start), chunkStart(size, stop - 1) + chunkLength(size, stop - 1)]);
}
