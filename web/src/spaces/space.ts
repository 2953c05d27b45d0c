/**
 * A space as a member keeps it, and the link that makes others members; pure. Twin of pypeer/spaces/space.py.
 *
 *     byway-space:NAME/KEY
 *
 * NAME is percent-encoded; KEY is base64url of the 32 bytes of the key and a check of 4, so that a link which was cut off or mistyped is no
 * other space. Whoever has the link is a member: it is a secret.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { CodeProblem } from "../secure/code.ts";
import { type Bytes, concat, fromBase64url, sameBytes, toBase64url, utf8 } from "../secure/encoding.ts";
import { printable } from "../transfer/names.ts";
import { KEY_BYTES } from "./keys.ts";

/** Scheme of a link. */
const SCHEME = "byway-space:";

/** A link, by itself or behind the address of a page. */
const LINK = /^(?:\S*#\/?)?byway-space(?::|%3a)/i;

const CHECK_CONTEXT = utf8("byway space link v1\n");

/** One link in four billion that is no link is taken for one. */
const CHECK_BYTES = 4;

/** Longest name of a space, as of a library. */
const NAME_CHARS = 64;

/** In place of the name of a space: what contacts share with theirs. */
export const CONTACTS = "contacts";

/** What stands for something else where a name is asked for, in the page or at the command line. */
const RESERVED: ReadonlySet<string> = new Set(["all", CONTACTS]);

/** `name` is what its member calls it: a name that no other space of this member has. */
export interface Space {
  readonly name: string;
  readonly key: Bytes;
  /** When it was joined, as Date.now() has it. */
  readonly since: number;
}

/** Whether this begins as a link to a space. */
export function isLink(text: string): boolean {
  return LINK.test(text.trim());
}

/** What makes others members. */
export function linkOf({ name, key }: Pick<Space, "name" | "key">): string {
  return `${SCHEME}${quoted(name)}/${toBase64url(concat(key, check(key)))}`;
}

/** Reads a link; throws CodeProblem for what begins as one and is none. */
export function parseLink(text: string, now: number): Space {
  const rest = text.trim().replace(LINK, "").replace(/^\/\//, "");
  const whole = rest.includes("/") ? rest : unquoted(rest); // where the address of a page has it, all of it may be encoded once more
  const slash = whole.lastIndexOf("/");
  const secret = fromBase64url(whole.slice(slash + 1));
  const key = secret?.slice(0, KEY_BYTES);
  const name = cleanName(unquoted(whole.slice(0, Math.max(0, slash))));
  if (secret == null || key === undefined || name === null || !sameBytes(secret.slice(KEY_BYTES), check(key))) {
    throw new CodeProblem("This link to a space is incomplete or mistyped: copy it as a whole, from byway-space: to its last letter.");
  }
  return { name, key, since: now };
}

/** A space of which nobody else knows; null for a name that cannot be one. `key` has KEY_BYTES random bytes. */
export function newSpace(name: string, key: Bytes, now: number): Space | null {
  const called = cleanName(name);
  return called === null ? null : { name: called, key, since: now };
}

/** The space that an invitation by a code tells; null where it tells none. */
export function spaceIn({ name, key }: { readonly name: string; readonly key: string }, now: number): Space | null {
  const [called, bytes] = [cleanName(name), fromBase64url(key)];
  return called === null || bytes?.length !== KEY_BYTES ? null : { name: called, key: bytes, since: now };
}

/** The name of a space as it is shown; null where nothing is left of it, or where it means several. */
export function cleanName(text: string): string | null {
  const words = printable(text).replaceAll("/", "_").split(/\s+/).filter((word) => word !== "");
  const name = Array.from(words.join(" ")).slice(0, NAME_CHARS).join("").trimEnd();
  return name === "" || RESERVED.has(same(name)) ? null : name;
}

/** The name, or, if another space has it, the name with a number: `Family (2)`. */
export function freeName(name: string, taken: readonly string[]): string {
  const known = new Set(taken.map(same));
  let found = name;
  for (let number = 2; known.has(same(found)); number += 1) {
    const mark = ` (${number})`;
    found = Array.from(name).slice(0, NAME_CHARS - mark.length).join("") + mark;
  }
  return found;
}

/** Names are the same however they are written. */
export function same(name: string): string {
  return name.toUpperCase().toLowerCase().split(/\s+/).filter((word) => word !== "").join(" ");
}

function check(key: Bytes): Uint8Array {
  return sha256(concat(CHECK_CONTEXT, key)).subarray(0, CHECK_BYTES);
}

/** As `urllib.parse.quote` has it with no character left as it is but letters, digits and `_.-~`. */
function quoted(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What is no escape stays as it is. */
function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
