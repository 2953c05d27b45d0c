/** Sealed messages: AES-256-GCM under one key a direction, with a counter that admits no gap, repeat or reordering. */

import { type Bytes, concat, sameBytes, utf8 } from "./encoding.ts";
import type { Role } from "./pake.ts";

const COUNTER_BYTES = 8;
const TAG_BYTES = 16;

/** A sealed message was altered, repeated, reordered or lost one before it. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** Seals messages of one role, numbered from 1. */
export class Sealer {
  readonly #key: Promise<CryptoKey>;
  readonly #context: Bytes;
  #count = 0;

  constructor(key: Bytes, role: Role) {
    this.#key = importKey(key, "encrypt");
    this.#context = contextOf(role);
  }

  /** Counter (8 bytes, network order) and ciphertext with tag. */
  async seal(plain: Bytes): Promise<Bytes> {
    const counter = counterOf((this.#count += 1));
    const sealed = await crypto.subtle.encrypt(parameters(counter, this.#context), await this.#key, plain);
    return concat(counter, new Uint8Array(sealed));
  }
}

/** Opens what the other role sealed. */
export class Opener {
  readonly #key: Promise<CryptoKey>;
  readonly #context: Bytes;
  #count = 0;

  constructor(key: Bytes, role: Role) {
    this.#key = importKey(key, "decrypt");
    this.#context = contextOf(role);
  }

  /** The plain text; throws SealError unless this is exactly the next message. */
  async open(sealed: Bytes): Promise<Bytes> {
    if (sealed.length < COUNTER_BYTES + TAG_BYTES) throw new SealError("too short to be sealed");
    const counter = sealed.slice(0, COUNTER_BYTES);
    if (!sameBytes(counter, counterOf(this.#count + 1))) throw new SealError("repeated, reordered or lost");
    const plain = await this.#decrypt(counter, sealed.slice(COUNTER_BYTES));
    this.#count += 1;
    return plain;
  }

  async #decrypt(counter: Bytes, ciphertext: Bytes): Promise<Bytes> {
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parameters(counter, this.#context), await this.#key, ciphertext));
    } catch {
      throw new SealError("altered");
    }
  }
}

function importKey(key: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

function contextOf(role: Role): Bytes {
  return utf8(`byway seal v1\n${role}`);
}

/** The nonce is four zero bytes and the counter, so none repeats under a key. */
function parameters(counter: Bytes, additionalData: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv: concat(new Uint8Array(4), counter), additionalData };
}

function counterOf(count: number): Bytes {
  const bytes = new Uint8Array(COUNTER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(count));
  return bytes;
}
