/**
 * Sentences that reach the page in English (from its engine, whose words are those of pypeer, and from the server), in the language that
 * is spoken. The English one is the source; the group `said` of the catalogue has it once more, as what is looked for, with its places
 * for values. What is not there stays as it is.
 */

import { source } from "../gen/catalogue.ts";
import { SOURCE, spokenLocale, spokenMessage } from "./catalogue.ts";
import { isolated, render, type Message, type Messages } from "./message.ts";

/** A sentence, where it stands in the catalogue, and what its values are called. */
interface Sentence {
  readonly key: readonly string[];
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

let known: readonly Sentence[] | null = null;

/** The sentence for the person. */
export function said(sentence: string): string {
  return spokenLocale().language === SOURCE ? sentence : (translated(sentence) ?? withDetail(sentence) ?? isolated(sentence, spokenLocale()));
}

/** The same in the language that is spoken; null if the catalogue does not know it. What is put into it may be a sentence again. */
export function translated(sentence: string): string | null {
  known ??= sentences(source["said"] as Messages, ["said"]);
  for (const { key, pattern, names } of known) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    const values = names.map((name, at) => [name, translated(found[at + 1] as string) ?? found[at + 1]]);
    return render(spokenMessage(key), Object.fromEntries(values), spokenLocale());
  }
  return null;
}

/** A sentence that is known, with what the other side, or the server, added in brackets. */
function withDetail(sentence: string): string | null {
  const [, main = "", detail = ""] = /^(.*?[.?!]) \((.*)\)$/s.exec(sentence) ?? [];
  const words = translated(main);
  return words === null ? null : `${words} (${translated(detail) ?? isolated(detail, spokenLocale())})`;
}

function sentences(messages: Messages, path: readonly string[]): Sentence[] {
  return Object.entries(messages).flatMap(([name, each]) => {
    const key = [...path, name];
    return typeof each === "object" && !Array.isArray(each) ? sentences(each as Messages, key) : [sentenceOf(each as Message, key)];
  });
}

function sentenceOf(message: Message, key: readonly string[]): Sentence {
  const names: string[] = [];
  const parts = (typeof message === "string" ? [message] : message).map((piece) => {
    if (typeof piece === "string") return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    if ("arg" in piece) names.push(piece.arg);
    return "(.+?)";
  });
  return { key, names, pattern: new RegExp(`^${parts.join("")}$`, "s") };
}
