/** What a person tells the operator of the server: of a file that was found, or of all that somebody publishes. Pure. After pypeer/finding/reporting.py. */

import type { Fault, Flag } from "../gen/signaling.ts";
import { fromHex, toBase64url } from "../secure/encoding.ts";
import type { FoundFile, LibraryInfo } from "./answers.ts";

/** What can be wrong, in the order in which it is offered (`Fault` of the contract). */
export const FAULTS = ["illegal", "abuse", "malware", "private", "misleading", "other"] as const satisfies readonly Fault[];

/** Longest note (contract of `flag`). */
export const NOTE_CHARS = 256;

/** What is wrong, and more about it. */
export interface Complaint {
  readonly fault: Fault;
  readonly note: string;
}

/** Something that can be reported. */
export interface Subject {
  /** Tells it from all others. */
  readonly key: string;
  readonly libraries: readonly string[];
  /** Of a file; as messages have it. */
  readonly root: string | null;
}

/** A file, wherever it was found; null in a sealed space, into which the operator cannot look. */
export function aboutFile({ root, sources }: FoundFile): Subject | null {
  const libraries = sources.filter(({ space }) => space === undefined).map(({ library }) => library);
  return libraries.length === 0 ? null : { key: `file ${root}`, libraries, root: toBase64url(fromHex(root)) };
}

/** All that somebody publishes; null in a sealed space. */
export function aboutPeer({ library, owner, space }: LibraryInfo): Subject | null {
  return space === undefined ? { key: `peer ${owner.id}`, libraries: [library], root: null } : null;
}

/** What the server is told, one message for each library. */
export function flagsOf({ libraries, root }: Subject, { fault, note }: Complaint): readonly Omit<Flag, "id">[] {
  const more = note.trim();
  return libraries.map((library) => ({ t: "flag", library, fault, ...(root === null ? {} : { root }), ...(more === "" ? {} : { note: more }) }));
}

/** Whether enough is said: of what is wrong otherwise only the note tells. */
export function isSaid({ fault, note }: Complaint): boolean {
  return fault !== "other" || note.trim() !== "";
}
