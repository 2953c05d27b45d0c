/** Where a file is while it is looked at: in memory, or, if it is too large for that, in the private file system of the browser until the page is left. */

import { Keep, LOOKED } from "../keep/keep.ts";
import { type Bytes, toBase64url } from "../secure/encoding.ts";
import { SinkError } from "./sink.ts";

/** Holds one file of a known size; what was never written of it is zeros. Rejects with SinkError. */
export interface LookStore {
  write(offset: number, data: Bytes): Promise<void>;
  read(start: number, end: number): Promise<Bytes>;
  /** All of it. */
  whole(): Promise<Blob>;
  /** Nobody looks at it any more. */
  drop(): Promise<void>;
}

export class MemoryStore implements LookStore {
  readonly #data: Bytes;

  constructor(size: number) {
    this.#data = new Uint8Array(size);
  }

  async write(offset: number, data: Bytes): Promise<void> {
    this.#data.set(data, offset);
  }

  async read(start: number, end: number): Promise<Bytes> {
    return this.#data.slice(start, end);
  }

  async whole(): Promise<Blob> {
    return new Blob([this.#data]);
  }

  async drop(): Promise<void> {}
}

/** The name of the file; each has a folder of its own. */
const NAME = "looked";

/** Its worker holds the file, so that no other page removes it, until it is saved or this page goes. */
export class DiskStore implements LookStore {
  readonly #keep: Keep;
  readonly #size: number;
  #saved: File | null = null;

  private constructor(keep: Keep, size: number) {
    this.#keep = keep;
    this.#size = size;
  }

  static async open(size: number): Promise<DiskStore> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota > 0 && size > quota - usage) throw new SinkError("no-space", "That is more than this browser may keep. Fetch it without keeping.", true);
    return new DiskStore(await Keep.open(toBase64url(crypto.getRandomValues(new Uint8Array(16))), LOOKED), size);
  }

  write(offset: number, data: Bytes): Promise<void> {
    return this.#keep.write(NAME, offset, data, "");
  }

  async read(start: number, end: number): Promise<Bytes> {
    return this.#saved === null ? this.#keep.read(NAME, start, end - start) : new Uint8Array(await this.#saved.slice(start, end).arrayBuffer());
  }

  async whole(): Promise<Blob> {
    if (this.#saved === null) {
      await this.#keep.grow(NAME, this.#size);
      await this.#keep.close();
      this.#saved = await this.#keep.file(NAME);
    }
    if (this.#saved === null) throw new SinkError("unwritable", "The browser could not write it (it is gone).", true);
    return this.#saved;
  }

  async drop(): Promise<void> {
    await this.#keep.close().catch(() => undefined);
    this.#keep.end();
    await this.#keep.forget().catch(() => undefined);
  }
}
