/**
 * The records of one link, in and out, each handed on in its turn: WebCrypto works later, and what was given to it last may be
 * done first.
 */

import type { Bytes } from "./encoding.ts";
import type { Records } from "./records.ts";

export interface OrderedEvents {
  /** The next record of this side is ready to be sent. */
  readonly onRecord: (record: Bytes) => void;
  /** The next frame of the other side is open. */
  readonly onFrame: (frame: Bytes) => void;
  /** Instead of a frame: it was altered, repeated, reordered or lost. */
  readonly onAltered: () => void;
}

export class OrderedRecords {
  readonly #records: Records;
  readonly #events: OrderedEvents;
  #out: Promise<void> = Promise.resolve();
  #in: Promise<void> = Promise.resolve();
  #sealing = 0;

  constructor(records: Records, events: OrderedEvents) {
    this.#records = records;
    this.#events = events;
  }

  /** Bytes that were given to `seal`, and are not handed on yet. */
  get sealing(): number {
    return this.#sealing;
  }

  /** Seals a frame, which may be written over at once. */
  seal(frame: Bytes): void {
    const sealed = this.#records.sealer.seal(frame); // WebCrypto copies it before it returns (section 14.3.1)
    this.#sealing += frame.length;
    this.#out = this.#out.then(async () => {
      const record = await sealed;
      this.#sealing -= frame.length;
      this.#events.onRecord(record);
    });
  }

  open(record: Bytes): void {
    const { onFrame, onAltered } = this.#events;
    const told = this.#records.opener.open(record).then((frame) => () => onFrame(frame), () => onAltered);
    this.#in = this.#in.then(async () => (await told)());
  }

  /** Resolves once all that was given to `seal` is handed on. */
  async flushed(): Promise<void> {
    await this.#out;
  }
}
