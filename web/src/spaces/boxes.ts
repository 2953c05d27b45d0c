/**
 * Boxes: what members of a space read and the server does not; pure but for the nonce, whose source is passed in. Twin of
 * pypeer/spaces/boxes.py.
 *
 * AES-256-GCM (NIST SP 800-38D) under a key of the space and the owner, a random nonce of 96 bits in front. Inside is JSON, filled up with
 * spaces to a multiple of 64 bytes.
 */

import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "../secure/encoding.ts";
import { FOLDER_CHARS } from "../gen/signaling_constants.ts";
import type { SpaceKeys } from "./keys.ts";

/** NIST SP 800-38D, section 8.2.2. */
export const NONCE_BYTES = 12;

/** Where so many random bytes come from. */
export type Random = (count: number) => Bytes;

export const randomly: Random = (count) => crypto.getRandomValues(new Uint8Array(count));

/** What lengths are rounded up to. */
const STEP = 64;

/** Of AES-GCM, behind what is sealed. */
const TAG_BYTES = 16;

/** What a box is for: one kind cannot stand for another. */
const PURPOSES = { library: utf8("byway space library v1\n"), file: utf8("byway space file v1\n") } as const;
type Purpose = keyof typeof PURPOSES;

/** As in the open directory (signaling/protocol/listed.py). */
const NAME_CHARS = 255;
const LIBRARY_CHARS = 64;
const DESCRIPTION_CHARS = 256;
const ROOT_BYTES = 32;

export interface SealedFile {
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  /** Base64url. */
  readonly root: string;
}

/** What a library is called. */
export interface SealedLibrary {
  readonly name: string;
  readonly description: string;
}

/** Those of one owner, given by its public key. */
export class Boxes {
  readonly #key: Promise<CryptoKey>;
  readonly #owner: Bytes;
  readonly #random: Random;

  constructor(keys: SpaceKeys, owner: Bytes, random: Random = randomly) {
    this.#key = crypto.subtle.importKey("raw", keys.boxKey(owner), "AES-GCM", false, ["encrypt", "decrypt"]);
    this.#owner = owner;
    this.#random = random;
  }

  /** The box of a file. */
  file(file: SealedFile): Promise<string> {
    return this.#seal("file", listed(file));
  }

  /** The box of a library. */
  library({ name, description }: SealedLibrary): Promise<string> {
    return this.#seal("library", [name, description]);
  }

  /** What is in the box of a file; null for a box that no member has made for this owner and purpose. */
  async openFile(box: string): Promise<SealedFile | null> {
    return fileIn(await this.#open("file", box));
  }

  /** What is in the box of a library; null as with files. */
  async openLibrary(box: string): Promise<SealedLibrary | null> {
    return libraryIn(await this.#open("library", box));
  }

  async #seal(purpose: Purpose, content: readonly unknown[]): Promise<string> {
    const text = utf8(JSON.stringify(content));
    const plain = concat(text, new Uint8Array(filled(text.length) - text.length).fill(0x20));
    const nonce = this.#random(NONCE_BYTES);
    return toBase64url(concat(nonce, new Uint8Array(await crypto.subtle.encrypt(this.#parameters(purpose, nonce), await this.#key, plain))));
  }

  async #open(purpose: Purpose, box: string): Promise<unknown> {
    try {
      const sealed = fromBase64url(box) as Bytes;
      const plain = await crypto.subtle.decrypt(this.#parameters(purpose, sealed.slice(0, NONCE_BYTES)), await this.#key, sealed.slice(NONCE_BYTES));
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
    } catch {
      return null;
    }
  }

  #parameters(purpose: Purpose, iv: Bytes): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: concat(PURPOSES[purpose], this.#owner) };
  }
}

/** How many letters the box of a file has, before it is made. */
export function boxChars(file: SealedFile): number {
  const bytes = NONCE_BYTES + filled(utf8(JSON.stringify(listed(file))).length) + TAG_BYTES;
  return Math.ceil((bytes * 4) / 3);
}

function listed({ folder, name, size, root }: SealedFile): readonly unknown[] {
  return [folder, name, size, root];
}

function filled(length: number): number {
  return Math.ceil(length / STEP) * STEP;
}

function fileIn(content: unknown): SealedFile | null {
  if (!Array.isArray(content)) return null;
  const [folder, name, size, root] = content as readonly unknown[];
  const isFile = isText(folder, FOLDER_CHARS) && isText(name, NAME_CHARS) && name !== "" && Number.isSafeInteger(size) && (size as number) >= 0 && isRoot(root);
  return isFile ? { folder, name, size: size as number, root } : null;
}

function libraryIn(content: unknown): SealedLibrary | null {
  if (!Array.isArray(content)) return null;
  const [name, description = ""] = content as readonly unknown[];
  const isLibrary = isText(name, LIBRARY_CHARS) && name !== "" && isText(description, DESCRIPTION_CHARS);
  return isLibrary ? { name, description } : null;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && Array.from(value).length <= most;
}

function isRoot(value: unknown): value is string {
  return typeof value === "string" && fromBase64url(value)?.length === ROOT_BYTES;
}
