/**
 * Codes: `7-guitar-sunset` is a locator, which the server sees, and words, which it never sees.
 *
 * Words come from the BIP-39 English list: 2,048 words (11 bits each), told apart by their first four letters, so that a
 * word can be typed short and a slip is mostly recognised before an attempt is spent on it. Twin of pypeer/secure/code.py.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { WORDS } from "../gen/peer_constants.ts";
import { words as list } from "../gen/words.ts";
import { utf8 } from "./encoding.ts";

/** Letters that tell any two words of the list apart (BIP-39). */
const PREFIX_LETTERS = 4;

const LOCATOR = /^[1-9][0-9]{0,6}$/;
const SEPARATORS = /[\s\-_.,]+/;

const byPrefix = new Map(list.map((word) => [word.slice(0, PREFIX_LETTERS), word]));

/** A locator and the secret words. */
export interface Code {
  readonly locator: string;
  readonly words: readonly string[];
}

/** A text that cannot be a code; the message says why, for the person who typed it. */
export class CodeProblem extends Error {
  override readonly name = "CodeProblem";
}

/** The text that people exchange, and that feeds the key exchange. */
export function format(code: Code): string {
  return [code.locator, ...code.words].join("-");
}

/** The page's address with the code in its fragment, which browsers never send. */
export function linkTo(page: string, code: Code): string {
  const url = new URL(page);
  url.hash = format(code);
  return url.href;
}

/**
 * The text of the key exchange where a library is asked: no secret, so only the identities prove anything. `library` is what the
 * server calls it. No code has a colon, so neither can be taken for the other.
 */
export function libraryText(library: string): string {
  return `library:${library}`;
}

/** Secret words for a new code; `choose` gives a uniformly random number below its argument. */
export function pickWords(count: number = WORDS, choose: (below: number) => number = randomBelow): readonly string[] {
  return Array.from({ length: count }, () => wordAt(choose(list.length)));
}

/** Reads a link, or a code as people type it (any case, spaces, words cut to four letters); throws CodeProblem. */
export function parse(text: string): Code {
  const hash = text.indexOf("#");
  const typed = decode(hash < 0 ? text : text.slice(hash + 1)).trim().toLowerCase();
  const [locator = "", ...rest] = typed.split(SEPARATORS).filter((part) => part !== "");
  if (rest.length < WORDS || !LOCATOR.test(locator)) {
    throw new CodeProblem(`“${text.trim().slice(0, 80)}” is not a code. A code is a number and words, like 7-guitar-sunset.`);
  }
  return { locator, words: rest.map(wholeWord) };
}

/** Two words that stand for a peer id on the screen: for recognition, not for proof (22 bits). */
export function shortName(peerId: string): string {
  const digest = sha256(utf8(`byway name v1\n${peerId}`));
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
  return [Math.floor(number / list.length), number].map((n) => capitalised(wordAt(n % list.length))).join(" ");
}

function wholeWord(part: string): string {
  const word = byPrefix.get(part.slice(0, PREFIX_LETTERS));
  const fits = word !== undefined && word.startsWith(part) && (part.length >= PREFIX_LETTERS || part === word);
  if (!fits) throw new CodeProblem(`“${part.slice(0, 32)}” is not a word that codes are made of. Check the spelling.`);
  return word;
}

/** The list is a power of two long, so no number is favoured. */
function randomBelow(below: number): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number % below;
}

function wordAt(index: number): string {
  return list[index] as string;
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Messengers escape a fragment; what is not an escape stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
