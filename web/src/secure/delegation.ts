/**
 * A delegation: the owner of a code lets another peer serve it, for a while, by its signature (docs/protocol.md, "Delegates"). Twin of
 * signaling/protocol/delegation.py. Pure but for the signature, which WebCrypto makes and checks.
 */

import { type Bytes, concat, fromBase64url, sameBytes, toBase64url, utf8 } from "./encoding.ts";
import { verify } from "./identity.ts";

/** Domain separation: the signature can never be taken for another of the same key. */
const CONTEXT = utf8("byway delegate v1\n");

/** Longest life, in seconds: who forgets a delegation is rid of it in a month. */
export const LIFE_MAX_S = 30 * 24 * 3600;

/** How far clocks may be apart, in seconds. */
export const SKEW_S = 300;

/** What is delegated: a code. */
const WHAT_CODE = 1;

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const HEAD_BYTES = 1 + 3 * KEY_BYTES + 2 * 8;

/** Why a delegation is not good here and now. */
export type Flaw = "signature" | "other-key" | "other-code" | "expired" | "too-long";

/** `serial` goes up with each that an owner makes (Date.now() at that time); `expires` is in seconds since 1970. Keys and digest are 32 bytes. */
export interface Delegation {
  readonly owner: Bytes;
  readonly delegate: Bytes;
  readonly digest: Bytes;
  readonly serial: number;
  readonly expires: number;
  readonly locator: string;
}

/** A delegation as it came: nothing of it is proven before `flawOf` has found nothing. */
export interface Signed {
  readonly delegation: Delegation;
  readonly signature: Bytes;
}

/** What the owner signs. */
export function statementOf(delegation: Delegation): Bytes {
  return concat(CONTEXT, bodyOf(delegation));
}

/** As it travels. */
export function textOf(delegation: Delegation, signature: Bytes): string {
  return toBase64url(concat(bodyOf(delegation), signature));
}

/** Reads one; null for what is none. */
export function parseDelegation(text: string): Signed | null {
  const data = fromBase64url(text);
  if (data === null || data.length <= HEAD_BYTES + SIGNATURE_BYTES || data[0] !== WHAT_CODE) return null;
  const body = data.slice(0, -SIGNATURE_BYTES);
  const key = (at: number): Bytes => body.slice(1 + at * KEY_BYTES, 1 + (at + 1) * KEY_BYTES);
  const view = new DataView(body.buffer);
  const number = (at: number): number => Number(view.getBigUint64(1 + 3 * KEY_BYTES + 8 * at));
  const locator = String.fromCharCode(...body.slice(HEAD_BYTES));
  if (!/^[1-9][0-9]{0,6}$/.test(locator)) return null;
  const delegation = { owner: key(0), delegate: key(1), digest: key(2), serial: number(0), expires: number(1), locator };
  return { delegation, signature: data.slice(-SIGNATURE_BYTES) };
}

/** Why it does not let this key serve the code of this locator at `now`, in seconds since 1970; null if it does. */
export async function flawOf({ delegation, signature }: Signed, delegate: Bytes, locator: string, now: number): Promise<Flaw | null> {
  const { expires, serial } = delegation;
  if (!sameBytes(delegation.delegate, delegate)) return "other-key";
  if (delegation.locator !== locator) return "other-code";
  if (expires + SKEW_S <= now) return "expired";
  if (Math.max(expires - serial / 1000, expires - now) > LIFE_MAX_S + SKEW_S) return "too-long";
  return (await verify(delegation.owner, statementOf(delegation), signature)) ? null : "signature";
}

function bodyOf({ owner, delegate, digest, serial, expires, locator }: Delegation): Bytes {
  const numbers = new DataView(new ArrayBuffer(16));
  numbers.setBigUint64(0, BigInt(serial));
  numbers.setBigUint64(8, BigInt(expires));
  return concat(Uint8Array.of(WHAT_CODE), owner, delegate, digest, new Uint8Array(numbers.buffer), utf8(locator));
}
