/** The access word of a private server: how this page proves that it knows it, without saying it. Twin of signaling/protocol/access.py. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, toBase64url, utf8 } from "./encoding.ts";

/** Domain separation: what proves this proves nothing else. */
const ACCESS_CONTEXT = utf8("byway access v1\n");

/** What a sign-in has that no other has. */
export interface SignIn {
  readonly nonce: Bytes;
  readonly key: Bytes;
  readonly host: string;
}

/** HMAC-SHA256 (RFC 2104) by the word: worth nothing to others, at another time, or at another server. */
export function accessProof(word: string, { nonce, key, host }: SignIn): string {
  return toBase64url(hmac(sha256, utf8(word.normalize("NFC")), concat(ACCESS_CONTEXT, nonce, key, utf8(host))));
}
