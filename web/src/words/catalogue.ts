/** Every text of the page, in the language that is spoken now. */

import { languages, source, type Texts } from "../gen/catalogue.ts";
import { localeOf, render, type Locale, type Message, type Messages, type Values } from "./message.ts";

/** A language of the catalogue. */
export type Language = keyof typeof languages;

/** The language in which the page is written, and which it speaks until told otherwise. */
export const SOURCE: Language = "en";

let spoken: Messages = source;
let locale = localeOf(SOURCE, languages[SOURCE].direction);

/** Speaks another language from now on; what it says is to be drawn anew. What its messages lack is said in English. */
export function speak(language: Language, messages: Messages): void {
  spoken = messages;
  locale = localeOf(language, languages[language].direction);
}

/** The language that is spoken now. */
export function spokenLocale(): Locale {
  return locale;
}

/** Texts by group and name: those that take no values are strings, the others functions. */
export const texts = group(source, []) as unknown as Texts;

/** Properties that look when they are read, so that a group may be kept and speaks what is spoken. */
function group(messages: Messages, path: readonly string[]): object {
  const result = {};
  for (const [name, each] of Object.entries(messages)) {
    const key = [...path, name];
    if (isGroup(each)) Object.defineProperty(result, name, { enumerable: true, value: group(each, key) });
    else Object.defineProperty(result, name, { enumerable: true, get: () => text(key, each) });
  }
  return result;
}

function isGroup(each: Message | Messages): each is Messages {
  return typeof each === "object" && !Array.isArray(each);
}

function text(key: readonly string[], inSource: Message): string | ((values: Values) => string) {
  const message = spokenMessage(key);
  return typeof inSource === "string" ? render(message, {}, locale) : (values) => render(message, values, locale);
}

/** A message by its key, in the language that is spoken, or else in English; throws if it is in neither. */
export function spokenMessage(key: readonly string[]): Message {
  const found = find(key, spoken) ?? find(key, source);
  if (found === null) throw new Error(`the catalogue has no ${key.join(".")}`);
  return found;
}

function find(key: readonly string[], messages: Messages): Message | null {
  let found: Message | Messages | undefined = messages;
  for (const name of key) found = found !== undefined && isGroup(found) ? found[name] : undefined;
  return found === undefined || isGroup(found) ? null : found;
}
