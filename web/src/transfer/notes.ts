/** What is noted of each chunk that is kept, so that a later visit goes on; pure. One line a chunk: key, number, hash. */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, fromHex, toHex, utf8 } from "../secure/encoding.ts";

/** Hashes of the chunks of each file that are said to be there, by its key. */
export type Notes = ReadonlyMap<string, ReadonlyMap<number, Bytes>>;

const LINE = /^([0-9a-f]{32}) ([0-9]{1,15}) ([0-9a-f]{64})$/;

/** What recognises a file in another visit: path, size and time of change. */
export function keyOf({ path, size, mtime }: { readonly path: string; readonly size: number; readonly mtime: number | null }): string {
  return shortHash(`${path}\0${size}\0${mtime}`);
}

/** A name for the folder in which an offer is kept, from what it is called. */
export function shortHash(text: string): string {
  return toHex(sha256(utf8(text))).slice(0, 32);
}

export function noteOf(key: string, chunk: number, hash: Bytes): string {
  return `${key} ${chunk} ${toHex(hash)}`;
}

/** The later of two lines about a chunk counts; what is no line is left out. */
export function readNotes(text: string): Notes {
  const notes = new Map<string, Map<number, Bytes>>();
  for (const line of text.split("\n")) {
    const [, key, chunk, hash] = LINE.exec(line) ?? [];
    if (key === undefined || chunk === undefined || hash === undefined) continue;
    const file = notes.get(key) ?? new Map<number, Bytes>();
    notes.set(key, file.set(Number(chunk), fromHex(hash)));
  }
  return notes;
}
