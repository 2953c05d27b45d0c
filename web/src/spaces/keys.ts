/**
 * Keys of a sealed space: one random key, and what is derived from it for each purpose; pure. Twin of pypeer/spaces/keys.py.
 *
 * HKDF-SHA256 (RFC 5869) without salt. Only `tag` is told to servers, the same to each.
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, toBase32, toBase64url, utf8 } from "../secure/encoding.ts";

/** Of a space, and of what is derived for AES-256 and HMAC-SHA256. */
export const KEY_BYTES = 32;

/** Of the tag of a space, and of a file: nobody finds one by trying. */
const TAG_BYTES = 16;

/** Of a word: of a million words two are taken for each other once in a million searches, and whoever opens what was found sees it. */
const TOKEN_BYTES = 5;

/** Domain separation: what is made for one purpose can stand for no other. */
const TAG_CONTEXT = "byway space tag v1\n";
const BOX_CONTEXT = "byway space box v1\n";
const WORD_CONTEXT = "byway space word v1";
const ASK_CONTEXT = "byway space ask v1";
const ROOT_CONTEXT = "root\n";

/** What members of a space share, and nobody else. */
export class SpaceKeys {
  readonly key: Bytes;
  readonly #wordKey: Bytes;
  readonly #askKey: Bytes;

  /** `key` has KEY_BYTES bytes. */
  constructor(key: Bytes) {
    this.key = key;
    this.#wordKey = this.#derived(utf8(WORD_CONTEXT));
    this.#askKey = this.#derived(utf8(ASK_CONTEXT));
  }

  /** What servers call the space, by whatever name their clients dial them. */
  get tag(): string {
    return toBase64url(this.#derived(utf8(TAG_CONTEXT), TAG_BYTES));
  }

  /** Under which what one owner publishes is sealed, so that nobody's can be passed off as another's; `owner` is its public key. */
  boxKey(owner: Bytes): Bytes {
    return this.#derived(concat(utf8(BOX_CONTEXT), owner));
  }

  /** What stands for a word. */
  whole(word: string): string {
    return this.#token(`=${word}`);
  }

  /** What stands for the first letters of a word. */
  begun(letters: string): string {
    return this.#token(`^${letters}`);
  }

  /** What stands for a file, by its handle: the same from all members who have it. */
  fileTag(handle: string): string {
    return toBase64url(this.#mac(ROOT_CONTEXT + handle).subarray(0, TAG_BYTES));
  }

  /** What the key exchange is fed with where a library of the space is asked: only members know it. */
  password(library: string): string {
    return `space:${toBase64url(hmac(sha256, this.#askKey, utf8(library)))}`;
  }

  #mac(text: string): Uint8Array {
    return hmac(sha256, this.#wordKey, utf8(text));
  }

  #token(text: string): string {
    return toBase32(this.#mac(text).subarray(0, TOKEN_BYTES));
  }

  #derived(info: Bytes, length: number = KEY_BYTES): Bytes {
    return concat(hkdf(sha256, this.key, undefined, info, length));
  }
}
