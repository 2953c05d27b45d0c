/** Names that look like others: after Unicode Technical Standard #39, sections 4 and 5. Pure. Twin of pypeer/contacts/lookalike.py, whose table is compiled in. */

import { lookalikes } from "../gen/lookalikes.ts";

/** Writing systems with letters that look like those of another one of these; no word is written in two of them. */
const SCRIPTS = [
  /\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u, /\p{Script=Coptic}/u, /\p{Script=Lisu}/u, /\p{Script=Deseret}/u,
] as const;

/** Two texts with the same skeleton look the same, or nearly, to somebody who does not look closely. */
export function skeleton(text: string): string {
  const lower = words(plain(text.normalize("NFKD")).toUpperCase().toLowerCase()).join("");
  return plain(lower).normalize("NFKD");
}

/** Whether a word has letters of two writing systems that look alike, which is nearly always meant to deceive. */
export function isMixed(text: string): boolean {
  return words(text.normalize("NFKD")).some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1);
}

function words(text: string): readonly string[] {
  return text.split(/\p{White_Space}+/u);
}

function plain(text: string): string {
  return Array.from(text, (each) => table().get(each) ?? each).join("");
}

let known: ReadonlyMap<string, string> | null = null;

/** By each character, what is plainest of all that looks like it. Made when it is needed first. */
function table(): ReadonlyMap<string, string> {
  known ??= new Map(lookalikes.split("\n").flatMap((line) => {
    const [best = "", alike = ""] = line.split("\t");
    return Array.from(alike, (each) => [each, best] as const);
  }));
  return known;
}
