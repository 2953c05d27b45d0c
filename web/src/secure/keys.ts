/**
 * Keys of a pair: one for each purpose by HKDF-SHA256, and HMAC confirmations. Twin of pypeer/secure/keys.py.
 */

import { type Bytes, concat, utf8 } from "./encoding.ts";
import type { Role } from "./pake.ts";

const KEY_BYTES = 32;
const KEYS_CONTEXT = utf8("byway pair v1");
const CONFIRM_CONTEXT = utf8("byway confirm v1\n");
const MEET_CONTEXT = utf8("byway meet v1\n");
const HMAC = { name: "HMAC", hash: "SHA-256" };

/** The keys of one pair, and `bind`, which the identities sign. */
export interface PairKeys {
  readonly confirm: Readonly<Record<Role, Bytes>>;
  readonly seal: Readonly<Record<Role, Bytes>>;
  readonly bind: Bytes;
}

/** Keys from the key of the exchange. */
export async function derive(key: Bytes): Promise<PairKeys> {
  const material = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: KEYS_CONTEXT };
  const bits = new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 5 * KEY_BYTES * 8));
  const part = (index: number): Bytes => bits.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES);
  return { confirm: { A: part(0), B: part(1) }, seal: { A: part(2), B: part(3) }, bind: part(4) };
}

/** Proof that this role derived the same keys from the same transcript (both pake messages). */
export async function confirmation(keys: PairKeys, role: Role, transcript: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", keys.confirm[role], HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(CONFIRM_CONTEXT, transcript)));
}

/** Whether `proof` is that role's confirmation; WebCrypto compares in constant time. */
export async function confirms(keys: PairKeys, role: Role, transcript: Bytes, proof: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", keys.confirm[role], HMAC, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, proof, concat(CONFIRM_CONTEXT, transcript));
}

/** What the identity of that role signs in `meet`. */
export function meetStatement(keys: PairKeys, role: Role): Bytes {
  return concat(MEET_CONTEXT, utf8(role), keys.bind);
}
