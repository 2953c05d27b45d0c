/**
 * What contacts are called. Pure.
 *
 * Names come from the other side, unless our person gives one: they are cleaned, made different from all others, and told apart from
 * those that only look the same.
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

/** The names of others that a reader could take this one's for. */
export function imitated({ id, name }: Pick<Contact, "id" | "name">, others: readonly Contact[]): readonly string[] {
  const look = skeleton(name);
  const rest = others.filter((each) => each.id !== id && (skeleton(each.name) === look || skeleton(shortName(each.id)) === look));
  return rest.map((each) => each.name).sort();
}

/** Two texts with the same skeleton look the same, or nearly, to somebody who does not look closely (after UTS #39, section 4). */
export function skeleton(text: string): string {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase();
  const letters = Array.from(bare, (letter) => ALIKE.get(letter) ?? letter).join("");
  return letters.replace(/[\s\p{P}]/gu, "").replaceAll("rn", "m").replaceAll("vv", "w");
}

/** Whether a word has letters of two writing systems that look alike, which is nearly always meant to deceive (UTS #39, section 5). */
export function isMixed(text: string): boolean {
  return text.split(/\s+/).some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1);
}

/** Writing systems with letters that look like those of another one of these; no word is written in two of them. */
const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u] as const;

/** Letters and digits, and what is taken for them: the most frequent of Unicode's confusables, in lower case. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: "аαɑ", b: "ьв", c: "сϲ", d: "ԁ", e: "еҽε", g: "ɡ", h: "һհн", i: "іıι1l|ӏ!", j: "јϳ", k: "кκ", m: "м", n: "пո", o: "оο0օσ", p: "рρ", q: "ԛգ",
  r: "гᴦ", s: "ѕ5", t: "тτ", u: "υսц", v: "νѵ", w: "ԝшω", x: "хχ", y: "уγүყ", z: "ᴢ2",
};

const ALIKE: ReadonlyMap<string, string> = new Map(Object.entries(LOOKALIKES).flatMap(([plain, all]) => Array.from(all, (each) => [each, plain] as const)));

/** Not within a character. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, "").trimEnd();
}
