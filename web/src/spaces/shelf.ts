/**
 * The space of one's own contacts: its key comes to each of them in a box, which the server keeps and cannot open; pure but for nonces,
 * whose source is passed in. Twin of pypeer/spaces/shelf.py; see docs/protocol.md, "Sealed spaces for contacts".
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Contact, mayCall, secretsOf } from "../contacts/contact.ts";
import { KEY_BOXES } from "../gen/signaling_constants.ts";
import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "../secure/encoding.ts";
import { NONCE_BYTES, type Random, randomly } from "./boxes.ts";
import { KEY_BYTES } from "./keys.ts";

/** Domain separation from all else that is made of the secret of two contacts. */
const TOKEN_CONTEXT = utf8("byway shelf v1\n");
const BOX_CONTEXT = utf8("byway shelf box v1");

/** Nobody finds one by trying. */
const TOKEN_BYTES = 16;

/** The key of a space for a contact: a token, and a box. */
export type KeyBox = readonly [token: string, box: string];

/** Whose space a token stands for, and the secret that opens what is under it. */
export type Asked = ReadonlyMap<string, { readonly contact: Contact; readonly secret: Bytes }>;

/** Under which the key of the space of `owner`, a public key, is kept for the other of two contacts. */
export function shelfToken(secret: Bytes, owner: Bytes): string {
  return toBase64url(hmac(sha256, secret, concat(TOKEN_CONTEXT, owner)).subarray(0, TOKEN_BYTES));
}

/** The key of the space of `owner`, for the other of two contacts: AES-256-GCM, a random nonce in front. */
export async function sealKey(secret: Bytes, owner: Bytes, key: Bytes, random: Random = randomly): Promise<string> {
  const iv = random(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: owner }, await boxKey(secret), key);
  return toBase64url(concat(iv, new Uint8Array(sealed)));
}

/** What is in a box; null for one that no such two have made for this owner. */
export async function openKey(secret: Bytes, owner: Bytes, box: string): Promise<Bytes | null> {
  try {
    const sealed = fromBase64url(box) as Bytes;
    const key = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(0, NONCE_BYTES), additionalData: owner }, await boxKey(secret), sealed.slice(NONCE_BYTES));
    return key.byteLength === KEY_BYTES ? new Uint8Array(key) : null;
  } catch {
    return null;
  }
}

/** For all contacts, under each secret that one of the two may have: the newest of each first, if there are too many. */
export async function keyBoxes(contacts: readonly Contact[], owner: Bytes, key: Bytes, random: Random = randomly): Promise<readonly KeyBox[]> {
  const secrets = contacts.filter(mayCall).map(secretsOf);
  const ordered = [...secrets.flatMap((each) => each.slice(0, 1)), ...secrets.flatMap((each) => each.slice(1))];
  return Promise.all(ordered.slice(0, KEY_BOXES).map(async (each) => [shelfToken(each, owner), await sealKey(each, owner, key, random)] as const));
}

/** What to ask for, to learn of all spaces that contacts have for theirs. */
export function asked(contacts: readonly Contact[]): Asked {
  const all = contacts.filter(mayCall).flatMap((contact) => secretsOf(contact).map((secret) => ({ contact, secret })));
  return new Map(all.map((each) => [shelfToken(each.secret, each.contact.key), each]));
}

/** The spaces whose keys came, by the id of their owner. What does not open, or was not asked for, is left out. */
export async function openedShelves(boxes: readonly KeyBox[], whose: Asked): Promise<ReadonlyMap<string, { readonly contact: Contact; readonly key: Bytes }>> {
  const told = new Map(boxes);
  const shelves = new Map<string, { readonly contact: Contact; readonly key: Bytes }>();
  for (const [token, { contact, secret }] of whose) {
    const key = await openKey(secret, contact.key, told.get(token) ?? "");
    if (key !== null && !shelves.has(contact.id)) shelves.set(contact.id, { contact, key });
  }
  return shelves;
}

/** The key to go on with: another as soon as one to whom it was given is no contact any more. `given` and `now` are peer ids. */
export function turned(key: Bytes | null, given: readonly string[], now: readonly string[], make: () => Bytes): Bytes {
  return key !== null && given.every((each) => now.includes(each)) ? key : make();
}

async function boxKey(secret: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", concat(hkdf(sha256, secret, undefined, BOX_CONTEXT, KEY_BYTES)), "AES-GCM", false, ["encrypt", "decrypt"]);
}
