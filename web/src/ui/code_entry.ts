/** What a person is typing as a code, or pastes as a link to a sealed space, judged while they type. Pure; the engine reads the code for good. */

import { isLink } from "../spaces/space.ts";

/** `near` is the word that was probably meant. */
export type Reading =
  | { readonly kind: "empty" }
  | { readonly kind: "typing"; readonly completions: readonly string[] }
  | { readonly kind: "whole" }
  | { readonly kind: "wrong"; readonly problem: "number" | "short" }
  | { readonly kind: "wrong"; readonly problem: "unknown"; readonly word: string; readonly near: string | null };

/** Separators that the protocol accepts between the parts of a code. */
const SEPARATORS = /[\s\-_.,]+/;
const LOCATOR = /^[1-9][0-9]{0,6}$/;
/** Four letters tell all words of the list apart. */
const UNIQUE = 4;
const WORDS = 2;
const COMPLETIONS = 4;

/** Parts of what was typed or pasted; of a link, what follows `#`. */
export function parts(input: string): readonly string[] {
  const code = input.slice(input.lastIndexOf("#") + 1);
  return code.trim().toLowerCase().split(SEPARATORS).filter((part) => part !== "");
}

/** Judges an input against the word list. `done` says that the person left the field or pressed Enter, so nothing is pending. */
export function read(input: string, words: readonly string[], done: boolean): Reading {
  if (isLink(input)) return { kind: "whole" };
  const [locator, ...rest] = parts(input);
  if (locator === undefined) return { kind: "empty" };
  if (!LOCATOR.test(locator)) return { kind: "wrong", problem: "number" };
  const closed = done || SEPARATORS.test(input.slice(-1));
  const settled = closed ? rest : rest.slice(0, -1);
  for (const word of settled) if (find(word, words) === null) return unknown(word, words);
  const pending = closed ? "" : (rest.at(-1) ?? "");
  const completions = pending === "" ? [] : words.filter((word) => word.startsWith(pending));
  if (pending !== "" && completions.length === 0) return unknown(pending, words);
  if (rest.length >= WORDS && rest.every((word) => find(word, words) !== null)) return { kind: "whole" };
  if (done) return { kind: "wrong", problem: "short" };
  return { kind: "typing", completions: completions.slice(0, COMPLETIONS).filter((word) => word !== pending) };
}

/** The full word that `part` stands for: itself, or the only one that begins with its four letters or more. */
export function find(part: string, words: readonly string[]): string | null {
  if (words.includes(part)) return part;
  return part.length < UNIQUE ? null : (words.find((word) => word.startsWith(part)) ?? null);
}

/** The input with its last word replaced by `word`, and a hyphen if another word has to follow. */
export function complete(input: string, word: string): string {
  const typed = [...parts(input).slice(0, -1), word];
  return typed.join("-") + (typed.length <= WORDS ? "-" : "");
}

function unknown(word: string, words: readonly string[]): Reading {
  return { kind: "wrong", problem: "unknown", word, near: nearest(word, words) };
}

/** The word one typing error away (a letter wrong, missing, added, or two swapped), if what was typed is long enough to tell. */
export function nearest(part: string, words: readonly string[]): string | null {
  return part.length < UNIQUE ? null : (words.find((word) => isOneErrorAway(part, word)) ?? null);
}

function isOneErrorAway(typed: string, word: string): boolean {
  let start = 0;
  while (start < word.length && typed[start] === word[start]) start += 1;
  const rest = (text: string, skip: number): string => text.slice(start + skip);
  const swapped = typed[start] === word[start + 1] && typed[start + 1] === word[start] && rest(typed, 2) === rest(word, 2);
  return swapped || rest(typed, 1) === rest(word, 1) || rest(typed, 0) === rest(word, 1) || rest(typed, 1) === rest(word, 0);
}
