/**
 * Records: what a link through a relay that nobody trusts is made of; one record holds one frame (docs/protocol.md, "The relay
 * inside a WebSocket"). Twin of pypeer/secure/records.py, which says why it is safe.
 *
 * Counting is done at once and the cipher works later, so calls may overlap: each promise is of its own record, and the caller
 * keeps their order.
 */

import { type Bytes, concat, utf8 } from "./encoding.ts";
import { otherRole, type Role } from "./pake.ts";

/** Domain separation of the key derivation. */
const RECORD_CONTEXT = utf8("byway record v1");

const KEY_BYTES = 32;

/** What a record is longer than its frame: the whole tag of GCM (NIST SP 800-38D, section 5.2.1.2). */
export const TAG_BYTES = 16;

/** A record was altered, repeated, reordered or lost; or a key that cannot be one. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/** Seals the frames of one role, in the order of the calls. */
export class RecordSealer {
  readonly #key: CryptoKey;
  #count = 0;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** The record of a frame, TAG_BYTES longer. */
  async seal(frame: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.encrypt(parameters((this.#count += 1)), this.#key, frame));
  }
}

/** Opens the records of the other role, in the order in which they were sealed. */
export class RecordOpener {
  readonly #key: CryptoKey;
  #count = 0;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** The frame; rejects with RecordError unless this is exactly the next record. */
  async open(record: Bytes): Promise<Bytes> {
    const count = (this.#count += 1);
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parameters(count), this.#key, record));
    } catch {
      throw new RecordError("a record was altered, repeated, reordered or lost");
    }
  }
}

/** For what this side sends, and for what it gets. */
export interface Records {
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
}

/** Whose key it is, and for which link: `bind` is the secret of the meeting. */
export interface ExchangeOptions {
  readonly role: Role;
  readonly bind: Bytes;
  readonly link: number;
}

/** One side's X25519 key for one link (RFC 7748; W3C Secure Curves); `finish` once, with the other's. */
export class Exchange {
  readonly public: Bytes;
  readonly #options: ExchangeOptions;
  readonly #private: CryptoKey;

  constructor(options: ExchangeOptions, publicKey: Bytes, privateKey: CryptoKey) {
    this.public = publicKey;
    this.#options = options;
    this.#private = privateKey;
  }

  /** With a new key, which leaves this browser as little as it can. */
  static async make(options: ExchangeOptions): Promise<Exchange> {
    const { publicKey, privateKey } = (await crypto.subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
    return new Exchange(options, new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)), privateKey);
  }

  /** Rejects with RecordError for a key that cannot be one; WebCrypto refuses a shared secret of zeros. */
  async finish(other: Bytes): Promise<Records> {
    const { role, bind, link } = this.#options;
    const shared = await this.#shared(other);
    const keys = await recordKeys(shared, bind, link, ...(role === "A" ? ([this.public, other] as const) : ([other, this.public] as const)));
    const [seal, open] = await Promise.all([importKey(keys[role], "encrypt"), importKey(keys[otherRole(role)], "decrypt")]);
    return { sealer: new RecordSealer(seal), opener: new RecordOpener(open) };
  }

  async #shared(other: Bytes): Promise<Bytes> {
    try {
      const key = await crypto.subtle.importKey("raw", other, "X25519", false, []);
      return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: key }, this.#private, KEY_BYTES * 8));
    } catch {
      throw new RecordError("not a public key");
    }
  }
}

/** The key under which each role seals. */
export async function recordKeys(shared: Bytes, bind: Bytes, link: number, publicA: Bytes, publicB: Bytes): Promise<Readonly<Record<Role, Bytes>>> {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, link);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const info = concat(RECORD_CONTEXT, number, publicA, publicB);
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: bind, info }, material, 2 * KEY_BYTES * 8);
  return { A: new Uint8Array(bits, 0, KEY_BYTES), B: new Uint8Array(bits, KEY_BYTES) };
}

function importKey(key: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

/** The nonce is four zero bytes and the counter, so none repeats under a key. */
function parameters(count: number): AesGcmParams {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setBigUint64(4, BigInt(count));
  return { name: "AES-GCM", iv };
}
