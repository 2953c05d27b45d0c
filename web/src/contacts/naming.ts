/**
 * What contacts are called. Pure.
 *
 * Names come from the other side, unless our person gives one: they are cleaned, made different from all others, and told apart from
 * those that only look the same (marking.ts).
 */

import { shortName } from "../secure/code.ts";
import { printable } from "../transfer/names.ts";
import type { Contact } from "./contact.ts";

/** Longest name of a contact: a person's full name, and a line of the list. */
export const NAME_CHARS = 64;

/** Controls, formatting such as direction tricks, and half characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** A name in one line, composed (NFC), without what cannot be seen; may be empty. */
export function clean(text: string): string {
  const words = text.normalize("NFC").split(/\s+/).map((word) => printable(word.replace(UNSEEN, "")));
  return cut(words.filter((word) => word !== "").join(" "), NAME_CHARS);
}

/** A name for who wants to be called so, or else is called by its two words: nobody else has it, or such words. */
export function unique(wanted: string, short: string, others: readonly Contact[]): string {
  const taken = new Set(others.flatMap(({ name, id }) => [fold(name), fold(shortName(id))]));
  const name = clean(wanted) || short;
  let candidate = name;
  for (let number = 2; taken.has(fold(candidate)); number += 1) {
    const mark = ` ${number}`;
    candidate = cut(name, NAME_CHARS - mark.length) + mark;
  }
  return candidate;
}

/** Names with the same fold are the same to a person who types one: case, width, spaces and dashes do not count. */
export function fold(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").split(/[\s_-]+/).filter((word) => word !== "").join(" ");
}

/** Not within a character. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, "").trimEnd();
}
