/** The test vectors that the Python twin made, and what tests need to use them. */

import { readFileSync } from "node:fs";
import { concat, fromHex, type Bytes } from "../src/secure/encoding.ts";
import { type Identity, identityOf } from "../src/secure/identity.ts";

/** The content of tests/vectors/`name`.json. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf-8")) as T;
}

/** RFC 8410, section 7: what comes before the seed in a private key of Ed25519. */
const PKCS8 = fromHex("302e020100300506032b657004220420");

/** The identity with this seed; `key` is its public key. */
export async function identityFrom(seed: string, key: string): Promise<Identity> {
  const privateKey = await crypto.subtle.importKey("pkcs8", concat(PKCS8, fromHex(seed)), "Ed25519", false, ["sign"]);
  const publicKey = await crypto.subtle.importKey("raw", fromHex(key), "Ed25519", true, ["verify"]);
  return identityOf({ privateKey, publicKey });
}

/** "Randomness" that a test knows. */
export function fixed(hex: string): (count: number) => Bytes {
  return (count) => fromHex(hex).slice(0, count);
}
