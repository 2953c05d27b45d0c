/**
 * What two peers that have met by a code keep of each other, and what they make of it when one calls the other
 * (docs/protocol.md, "Contacts"). Twin of pypeer/secure/contact.py.
 *
 * The secret comes from the keys of that meeting, so nothing has to be sent for it, and each may keep it or not.
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, toBase64url, utf8 } from "./encoding.ts";

const SECRET_BYTES = 32;

/** 128 bits, which nobody guesses: CALL_TOKEN_BYTES of signaling/protocol/limits.py. */
const TOKEN_BYTES = 16;

const SECRET_CONTEXT = utf8("byway contact v1");
const TOKEN_CONTEXT = utf8("byway wait v1\n");
const RING_CONTEXT = "byway ring v1";
const PASSWORD_CONTEXT = utf8("byway call v1\n");

/** The secret of two that have met by a code, 32 bytes; `bind` is that of their pair (RFC 5869). */
export function contactSecret(bind: Bytes): Bytes {
  return concat(hkdf(sha256, bind, undefined, SECRET_CONTEXT, SECRET_BYTES));
}

/** Under which token `waiting`, a public key, waits for the other; each direction has its own. */
export function callToken(secret: Bytes, waiting: Bytes): string {
  return toBase64url(hmac(sha256, secret, concat(TOKEN_CONTEXT, waiting)).subarray(0, TOKEN_BYTES));
}

/** What a call names to reach the one with this key that waits under the token: others may have learnt the token, and not have the key. Twin of `ring_of` in signaling/protocol/contacts.py. */
export function ringOf(token: string, key: Bytes): string {
  return toBase64url(sha256(utf8(`${RING_CONTEXT}\n${token}\n${toBase64url(key)}`)).subarray(0, TOKEN_BYTES));
}

/** What the key exchange of a call is fed with. No code has a colon, so neither can be taken for the other. */
export function callPassword(secret: Bytes): string {
  return `contact:${toBase64url(hmac(sha256, secret, PASSWORD_CONTEXT))}`;
}
