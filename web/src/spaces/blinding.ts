/**
 * Words of names and of searches as a server sees them in a sealed space: tokens, which only members can make; pure. Twin of
 * pypeer/spaces/blinding.py.
 */

import { SEALED_GROUPS, SEALED_TOKENS } from "../gen/signaling_constants.ts";
import type { SpaceKeys } from "./keys.ts";
import { words } from "./words.ts";

/** Letters of a word that may be asked for by its beginning: with one letter everything is found, and each length more costs a token for each word. */
const BEGUN_LEAST = 2;
const BEGUN_MOST = 8;

/** Words that are remembered: some 20 MB at most, while a large library is told. */
const REMEMBERED = 20_000;

/** Makes tokens under one key; words come again and again, so they are remembered. */
export class Blinder {
  readonly #keys: SpaceKeys;
  readonly #most: number;
  readonly #whole = new Map<string, string>();
  readonly #begun = new Map<string, readonly string[]>();

  constructor(keys: SpaceKeys, most: number = REMEMBERED) {
    this.#keys = keys;
    this.#most = most;
  }

  /** All that a file is found by, one behind the other, in an order that tells nothing: whole words first, if there are too many. */
  tokens(folder: string, name: string): string {
    const named = words(name);
    const whole = [...named, ...words(folder)].map((word) => this.#known(this.#whole, word, () => this.#keys.whole(word)));
    const begun = named.flatMap((word) => this.#known(this.#begun, word, () => beginnings(word).map((letters) => this.#keys.begun(letters))));
    return [...new Set([...whole, ...begun])].slice(0, SEALED_TOKENS).sort().join("");
  }

  #known<T>(all: Map<string, T>, word: string, make: () => T): T {
    const known = all.get(word) ?? make();
    if (all.size >= this.#most) all.clear();
    all.set(word, known);
    return known;
  }
}

/** What a search asks for: of each of these, one token. */
export function groups(keys: SpaceKeys, text: string): string[][] {
  const sought = words(text).slice(0, SEALED_GROUPS);
  const last = sought.at(-1);
  if (last === undefined) return [];
  const letters = Array.from(last);
  const begun = letters.length < BEGUN_LEAST ? [] : [keys.begun(letters.slice(0, BEGUN_MOST).join(""))];
  return [...sought.slice(0, -1).map((word) => [keys.whole(word)]), [keys.whole(last), ...begun]];
}

/** How well a file matches a search, the less the better: whole words in the name, words begun there, words of folders too; null if it does not. */
export function rank(text: string, folder: string, name: string): number | null {
  const sought = words(text);
  const last = sought.at(-1);
  if (last === undefined) return null;
  const [rest, named, placed] = [sought.slice(0, -1), new Set(words(name)), new Set(words(folder))];
  if (sought.every((word) => named.has(word))) return 0;
  const isBegun = [...named].some((word) => word.startsWith(last));
  if (isBegun && rest.every((word) => named.has(word))) return 1;
  return rest.every((word) => named.has(word) || placed.has(word)) && (isBegun || placed.has(last)) ? 2 : null;
}

function beginnings(word: string): readonly string[] {
  const letters = Array.from(word).slice(0, BEGUN_MOST);
  return letters.map((_, at) => letters.slice(0, at + 1).join("")).slice(BEGUN_LEAST - 1);
}
