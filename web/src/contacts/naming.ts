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

/** Who is called what: nobody has the name of another, or two words that another is known by. Each name is folded once. */
export class Names {
  readonly #names = new Map<string, string>();
  /** Whose name, or whose two words, have this fold. */
  readonly #taken = new Map<string, Set<string>>();

  /** All of these, and nobody else. */
  keep(all: readonly Contact[]): void {
    const there = new Set(all.map(({ id }) => id));
    for (const id of [...this.#names.keys()]) if (!there.has(id)) this.remove(id);
    for (const contact of all) this.put(contact);
  }

  put({ id, name }: Pick<Contact, "id" | "name">): void {
    if (this.#names.get(id) === name) return;
    this.remove(id);
    this.#names.set(id, name);
    for (const each of foldsOf(id, name)) this.#taken.set(each, (this.#taken.get(each) ?? new Set()).add(id));
  }

  remove(id: string): void {
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    for (const each of foldsOf(id, name)) {
      const ids = this.#taken.get(each) as Set<string>;
      ids.delete(id);
      if (ids.size === 0) this.#taken.delete(each);
    }
  }

  /** A name for who wants to be called so, or else is called by its two words. */
  free(id: string, wanted: string): string {
    const name = clean(wanted) || shortName(id);
    let candidate = name;
    for (let number = 2; this.#isTaken(candidate, id); number += 1) {
      const mark = ` ${number}`;
      candidate = cut(name, NAME_CHARS - mark.length) + mark;
    }
    return candidate;
  }

  #isTaken(name: string, id: string): boolean {
    const ids = this.#taken.get(fold(name));
    return ids !== undefined && !(ids.size === 1 && ids.has(id));
  }
}

function foldsOf(id: string, name: string): ReadonlySet<string> {
  return new Set([fold(name), fold(shortName(id))]);
}

/** Names with the same fold are the same to a person who types one: case, width, spaces and dashes do not count. */
export function fold(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").split(/[\s_-]+/).filter((word) => word !== "").join(" ");
}

/** Not within a character. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, "").trimEnd();
}
