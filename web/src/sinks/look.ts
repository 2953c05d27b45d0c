/** A sink for one file that is shown while it arrives, and read by whoever shows it. */

import type { Bytes } from "../secure/encoding.ts";
import { type ByteRange, reach, withRange } from "./ranges.ts";
import type { LookStore } from "./look_store.ts";
import type { PlacedEntry, Sink } from "./sink.ts";

/** Largest piece that is read at once, in bytes. */
const PIECE_BYTES = 256 * 1024;

export class LookSink implements Sink {
  readonly rewrites = true;
  /** Told once it is whole and verified. */
  onWhole: () => void = () => undefined;
  /** Told where somebody waits for what is not here yet, in bytes. */
  onWaiting: (offset: number) => void = () => undefined;
  /** Where it is held. */
  readonly store: LookStore;
  #arrived: readonly ByteRange[] = [];
  #isOver = false;
  #news = Promise.withResolvers<void>();

  constructor(store: LookStore) {
    this.store = store;
  }

  async prepare([entry]: readonly PlacedEntry[]): Promise<void> {
    for (const hole of entry?.holes ?? []) this.#arrived = withRange(this.#arrived, hole);
  }

  async write(_file: number, offset: number, data: Bytes): Promise<void> {
    await this.store.write(offset, data);
    this.#arrived = withRange(this.#arrived, [offset, offset + data.length]);
    this.#tell();
  }

  async finish(): Promise<void> {
    this.onWhole();
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
      if (this.#isOver) return null;
      const stop = Math.min(end, reach(this.#arrived, start), start + PIECE_BYTES);
      if (stop > start) return this.store.read(start, stop).catch(() => null);
      this.onWaiting(start);
      await this.#news.promise;
    }
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#tell();
    void this.store.drop();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
