/** A sink for one file that is shown while it arrives: held in memory, and read by whoever shows it. */

import type { Bytes } from "../secure/encoding.ts";
import { type ByteRange, reach, withRange } from "./ranges.ts";
import type { PlacedEntry, Sink } from "./sink.ts";

/** Largest piece that is read at once, in bytes. */
const PIECE_BYTES = 256 * 1024;

export class LookSink implements Sink {
  readonly rewrites = true;
  /** Gets the content once it is whole and verified. */
  onWhole: (content: Bytes) => void = () => undefined;
  /** Told where somebody waits for what is not here yet, in bytes. */
  onWaiting: (offset: number) => void = () => undefined;
  #data: Bytes = new Uint8Array();
  #arrived: readonly ByteRange[] = [];
  #isOver = false;
  #news = Promise.withResolvers<void>();

  async prepare([entry]: readonly PlacedEntry[]): Promise<void> {
    this.#data = new Uint8Array(entry?.size ?? 0);
    for (const hole of entry?.holes ?? []) this.#arrived = withRange(this.#arrived, hole);
  }

  async write(_file: number, offset: number, data: Bytes): Promise<void> {
    this.#data.set(data, offset);
    this.#arrived = withRange(this.#arrived, [offset, offset + data.length]);
    this.#tell();
  }

  async finish(): Promise<void> {
    this.onWhole(this.#data);
  }

  async discard(): Promise<void> {
    this.#giveUp();
  }

  async conclude(): Promise<void> {}

  async abort(): Promise<void> {
    this.#giveUp();
  }

  /** A piece from `start` on, once there is one, up to `end`; null if it never comes. */
  async read(start: number, end: number): Promise<Bytes | null> {
    for (;;) {
      const stop = Math.min(end, reach(this.#arrived, start), start + PIECE_BYTES);
      if (stop > start) return this.#data.slice(start, stop);
      if (this.#isOver) return null;
      this.onWaiting(start);
      await this.#news.promise;
    }
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
