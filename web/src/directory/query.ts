/** What a person looks for, and how the directory is asked for it; pure. */

import type { Kind, Search } from "../gen/signaling.ts";
import { SEARCH_CHARS } from "../gen/signaling_constants.ts";
import { fromHex, toBase32 } from "../secure/encoding.ts";

const MB = 1_000_000;

/** Sizes that can be chosen, from the least to the most, in bytes. */
export const SIZES = {
  any: {},
  small: { most: MB },
  medium: { least: MB, most: 100 * MB },
  large: { least: 100 * MB, most: 1000 * MB },
  huge: { least: 1000 * MB },
} as const satisfies Record<string, { readonly least?: number; readonly most?: number }>;

export type SizeRange = keyof typeof SIZES;

/** As it was typed and chosen. */
export interface Query {
  readonly text: string;
  readonly kind: Kind | null;
  readonly size: SizeRange;
  /** The sealed space that is looked into, by its name; null for what is published to everybody. */
  readonly space: string | null;
}

export const NOTHING: Query = { text: "", kind: null, size: "any", space: null };

/** A file at one peer, or a folder of one: twin of pypeer/finding/targets.py. */
const ADDRESS = /^byway:(?:\/\/)?([a-z2-7]{32})\/(.*)$/is;

const ROOT = /^[0-9a-f]{64}$/;

/** Bytes of a root that its handle holds. */
const HANDLE_BYTES = 10;

const HANDLE = /^[a-z2-7]{16}$/;

/** What begins as an address, so that nobody looks for it as for words. */
const SCHEME = /^byway:/i;

/** What is asked for. */
export type Terms = Omit<Search, "id" | "skip" | "limit">;

/** A folder of somebody's library; the empty path is all of it. */
export interface FolderAddress {
  readonly peer: string;
  readonly path: string;
}

/** What to ask for; null if there is nothing to look for, or if it is a folder. */
export function termsOf({ text, kind, size }: Query): Terms | null {
  const typed = text.trim();
  const [, peer, rest = ""] = ADDRESS.exec(typed) ?? [];
  if (peer !== undefined) {
    const handle = handleIn(rest);
    return handle === null ? null : { t: "search", peer: peer.toLowerCase(), handle };
  }
  const words = typed.replace(/\s+/g, " ").slice(0, SEARCH_CHARS);
  if (words === "" || SCHEME.test(words)) return null;
  if (isHandle(words) && /\d/.test(words)) return { t: "search", handle: words.toLowerCase() };
  return { t: "search", words, ...(kind === null ? {} : { kind }), ...SIZES[size] };
}

/** What to ask for when these words are in no name: sixteen letters may be a handle (one in 25 has no digit). */
export function otherwise({ words }: Terms): Terms | null {
  return words !== undefined && isHandle(words) ? { t: "search", handle: words.toLowerCase() } : null;
}

/** The folder that an address names; a folder whose name is like a handle is written with a `/` at its end. */
export function folderIn(text: string): FolderAddress | null {
  const [, peer, rest = ""] = ADDRESS.exec(text.trim()) ?? [];
  return peer === undefined || handleIn(rest) !== null ? null : { peer: peer.toLowerCase(), path: rest.replace(/^\/+|\/+$/g, "") };
}

/** Whether this begins as an address and is none. */
export function isBrokenAddress(text: string): boolean {
  return SCHEME.test(text.trim()) && !ADDRESS.test(text.trim());
}

function isHandle(text: string): boolean {
  return HANDLE.test(text.toLowerCase());
}

/** The handle in the second part of an address, or of the root there. */
function handleIn(rest: string): string | null {
  if (HANDLE.test(rest)) return rest;
  return ROOT.test(rest) ? toBase32(fromHex(rest).slice(0, HANDLE_BYTES)) : null;
}
