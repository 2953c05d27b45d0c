/** One file as a stream: pieces come in any order, go out in theirs, and each is held until it is wanted. */

import type { Bytes } from "../secure/encoding.ts";
import type { Range } from "../transfer/holes.ts";

interface Piece {
  readonly data: Bytes;
  readonly taken: PromiseWithResolvers<void>;
}

/** Zeros that are made at once: as long as a small chunk, so that a piece never is more than one. */
const ZEROS_BYTES = 256 * 1024;

/** The stream asks for nothing ahead, so `write` resolves when its bytes have really been taken. Zeros of `holes`, in bytes, are made when it is their turn. */
export class Feed {
  readonly stream: ReadableStream<Bytes>;
  readonly #pieces = new Map<number, Piece>();
  readonly #holes: readonly Range[];
  #isClosed = false;
  #next = 0;
  #arrived = Promise.withResolvers<void>();
  #failure: Error | null = null;

  constructor(holes: readonly Range[] = []) {
    this.#holes = holes;
    this.stream = new ReadableStream<Bytes>({ pull: (controller) => this.#pull(controller) }, { highWaterMark: 0 });
  }

  /** Resolves when the bytes were taken; rejects when the stream failed. */
  write(offset: number, data: Bytes): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const taken = Promise.withResolvers<void>();
    this.#pieces.set(offset, { data, taken });
    this.#arrived.resolve();
    return taken.promise;
  }

  /** Nothing more comes. */
  close(): void {
    this.#isClosed = true;
    this.#arrived.resolve();
  }

  /** The stream fails, and so does every write that waits. */
  fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    for (const { taken } of this.#pieces.values()) taken.reject(error);
    this.#pieces.clear();
    this.#arrived.resolve();
  }

  async #pull(controller: ReadableStreamDefaultController<Bytes>): Promise<void> {
    const piece = await this.#take();
    if (piece === null) return controller.close();
    controller.enqueue(piece.data);
    piece.taken.resolve();
  }

  /** What comes next, if it is zeros that nobody writes; null if it is not. */
  #zeros(): Piece | null {
    const end = this.#holes.find(([start, stop]) => start <= this.#next && this.#next < stop)?.[1];
    if (end === undefined) return null;
    return { data: new Uint8Array(Math.min(ZEROS_BYTES, end - this.#next)), taken: Promise.withResolvers() };
  }

  /** The next piece in order, null at the end. */
  async #take(): Promise<Piece | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const piece = this.#pieces.get(this.#next) ?? this.#zeros();
      if (piece !== null) {
        this.#pieces.delete(this.#next);
        this.#next += piece.data.length;
        return piece;
      }
      if (this.#isClosed) return null;
      this.#arrived = Promise.withResolvers();
      await this.#arrived.promise;
    }
  }
}
