/** What a person looks for, and how the directory is asked for it; pure. */

import type { Kind, Search } from "../gen/signaling.ts";
import { SEARCH_CHARS } from "../gen/signaling_constants.ts";

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
}

export const NOTHING: Query = { text: "", kind: null, size: "any" };

/** `byway:` + peer id + `/` + handle: a file at one peer. */
const ADDRESS = /^byway:([a-z2-7]{32})\/([a-z2-7]{16})$/;

/** A handle alone; a word of sixteen letters is no handle, which has a digit in 24 of 25 cases. */
const HANDLE = /^(?=.*[2-7])[a-z2-7]{16}$/;

type Terms = Omit<Search, "id" | "skip" | "limit">;

/** What to ask for; null if there is nothing to look for. */
export function termsOf({ text, kind, size }: Query): Terms | null {
  const words = text.trim().replace(/\s+/g, " ").slice(0, SEARCH_CHARS);
  if (words === "") return null;
  const [, peer, handle] = ADDRESS.exec(words) ?? [];
  if (peer !== undefined && handle !== undefined) return { t: "search", peer, handle };
  if (HANDLE.test(words)) return { t: "search", handle: words };
  return { t: "search", words, ...(kind === null ? {} : { kind }), ...SIZES[size] };
}
