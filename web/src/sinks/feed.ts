/** One file as a stream: pieces come in any order, go out in theirs, and each is held until it is wanted. */

import type { Bytes } from "../secure/encoding.ts";

interface Piece {
  readonly data: Bytes;
  readonly taken: PromiseWithResolvers<void>;
}

/** The stream asks for nothing ahead, so `write` resolves when its bytes have really been taken. */
export class Feed {
  readonly stream: ReadableStream<Bytes>;
  readonly #pieces = new Map<number, Piece>();
  readonly #closed = Promise.withResolvers<null>();
  #next = 0;
  #arrived = Promise.withResolvers<void>();
  #failure: Error | null = null;

  constructor() {
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
    this.#closed.resolve(null);
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

  /** The next piece in order, null at the end. */
  async #take(): Promise<Piece | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const piece = this.#pieces.get(this.#next);
      if (piece !== undefined) {
        this.#pieces.delete(this.#next);
        this.#next += piece.data.length;
        return piece;
      }
      this.#arrived = Promise.withResolvers();
      if ((await Promise.race([this.#arrived.promise, this.#closed.promise])) === null) return null;
    }
  }
}
