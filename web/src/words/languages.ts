/**
 * Which language the page speaks: what its address asks for (`?lang=de`), or what was chosen in it before, or what the server made of the
 * browser's wishes (`<html lang>`). The choice stays in this browser; the server is not told. Messages of languages other than English
 * are files of their own, beside the script.
 */

import { languages, source } from "../gen/catalogue.ts";
import { SOURCE, speak, spokenLocale, type Language } from "./catalogue.ts";
import type { Messages } from "./message.ts";

/** The names that the build gave to the files of messages, by language. */
declare const CATALOGUES: Readonly<Partial<Record<Language, string>>>;

/** Where the choice is kept, and what an address asks with. */
const KEPT = "byway-language";
const ASKED = "lang";

const listeners = new Set<() => void>();

/** Calls back whenever another language is spoken, so that what was said is said anew. */
export function onLanguage(callback: () => void): void {
  listeners.add(callback);
}

/** Speaks what the person wishes, as far as it is known; call it before anything is drawn. */
export async function speakAsWished(): Promise<void> {
  const asked = new URLSearchParams(location.search).get(ASKED);
  const wishes = [asked, kept(), document.documentElement.lang];
  await speakFrom(wishes.find(isLanguage) ?? SOURCE);
}

/** Speaks this language from now on, and in later visits. */
export async function choose(language: Language): Promise<void> {
  await speakFrom(language);
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // Browsers may forbid storage; then the choice ends with this page.
  }
  unask();
  for (const callback of listeners) callback();
}

/** What cannot be loaded is not spoken: English is always here. */
async function speakFrom(language: Language): Promise<void> {
  const messages = await messagesOf(language).catch(() => null);
  if (messages === null) speak(SOURCE, source);
  else speak(language, messages);
  const spoken = spokenLocale();
  document.documentElement.lang = spoken.language;
  document.documentElement.dir = spoken.isRightToLeft ? "rtl" : "ltr";
  install(spoken.language);
}

/** As an installed app, too, it speaks this language: the server has told where each manifest is. */
function install(language: string): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
  const manifest = link?.dataset[language];
  if (link !== null && manifest !== undefined && link.getAttribute("href") !== manifest) link.href = manifest;
}

async function messagesOf(language: Language): Promise<Messages> {
  const file = CATALOGUES[language];
  if (file === undefined) return source;
  const response = await fetch(new URL(file, import.meta.url));
  if (!response.ok) throw new Error(`no messages: ${response.status}`);
  return (await response.json()) as Messages;
}

function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(languages, text);
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Once something was chosen, the address asks no more. */
function unask(): void {
  const address = new URL(location.href);
  if (!address.searchParams.has(ASKED)) return;
  address.searchParams.delete(ASKED);
  history.replaceState(history.state, "", address);
}
