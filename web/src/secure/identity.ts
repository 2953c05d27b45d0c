/**
 * Identity of a peer: an Ed25519 key of WebCrypto, which no script can read out.
 *
 * The peer id is the first 20 bytes of SHA-256(`byway peer v1\n` and the public key) in lower-case base32. Twin of
 * pypeer/identity.py.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { shortName } from "./code.ts";
import { type Bytes, concat, toBase32, utf8 } from "./encoding.ts";

const ALGORITHM = { name: "Ed25519" };
const ID_BYTES = 20;

/** A private key with what is derived from it. */
export interface Identity {
  /** The public key, 32 bytes. */
  readonly key: Bytes;
  readonly id: string;
  readonly short: string;
  sign(message: Bytes): Promise<Bytes>;
}

/** This browser has no Ed25519 in WebCrypto, or the page is not in a secure context. */
export class NoEd25519Error extends Error {
  override readonly name = "NoEd25519Error";
}

/** A new key pair whose private half cannot be exported; throws NoEd25519Error. */
export async function newKeys(): Promise<CryptoKeyPair> {
  try {
    return (await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"])) as CryptoKeyPair;
  } catch {
    throw new NoEd25519Error("This browser cannot sign with Ed25519. Update it: current Chrome, Edge, Firefox and Safari can.");
  }
}

/** The identity of a key pair. */
export async function identityOf(keys: CryptoKeyPair): Promise<Identity> {
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  const id = peerId(key);
  const sign = async (message: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.sign(ALGORITHM, keys.privateKey, message));
  return { key, id, short: shortName(id), sign };
}

/** The id of a public key. */
export function peerId(key: Uint8Array): string {
  return toBase32(sha256(concat(utf8("byway peer v1\n"), key)).subarray(0, ID_BYTES));
}

/** Whether the signature of the message is by this key. */
export async function verify(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["verify"]);
    return await crypto.subtle.verify(ALGORITHM, imported, signature, message);
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}
