/** Serves one receiver: reads and hashes what is asked for, on each link one chunk ahead of what is being sent there. */

import { HIGH_WATER_BYTES } from "../connect/link.ts";
import type { Chunk, Lost, Outcome, Read, SenderEffect } from "../transfer/effects.ts";
import type { PeerError } from "../errors.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import type { Budget } from "../transfer/budget.ts";
import type { Frame } from "../transfer/frames.ts";
import { Sender } from "../transfer/sender.ts";
import { Session, type SessionEvents } from "./session.ts";
import type { Offered } from "./sources.ts";

/** How fast it is sent: `budget` gives what bounds it now, which is shared with other receivers; null for as fast as it goes. */
export interface Bounds {
  readonly timer: Timer;
  readonly budget: () => Budget | null;
}

interface Reading {
  readonly read: Read;
  readonly result: Promise<Chunk | Lost>;
}

export class SendSession extends Session<SenderEffect> {
  readonly #core: Sender;
  readonly #offered: Offered;
  readonly #bounds: Bounds;
  /** Links that are being served: none waits for another. */
  readonly #serving = new Set<number>();

  constructor(offered: Offered, bounds: Bounds, events: SessionEvents) {
    const core = new Sender(offered.offer, offered.entries);
    super(core, events);
    this.#core = core;
    this.#offered = offered;
    this.#bounds = bounds;
  }

  protected override act(effect: SenderEffect): void {
    if (effect.type === "wake") void this.guard(this.#serve(effect.link));
    else if (effect.type === "find-root") void this.guard(this.#findRoot(effect.file));
  }

  protected override async release(_result: Outcome | PeerError): Promise<void> {}

  /** One at a time on each link: whoever wakes it while it runs is served by it. */
  async #serve(link: number): Promise<void> {
    if (this.#serving.has(link)) return;
    this.#serving.add(link);
    try {
      for (let next = this.#begin(link); next !== null; ) {
        const ahead = this.#begin(link);
        await this.#answer(next.read, await next.result);
        next = ahead ?? this.#begin(link);
      }
    } finally {
      this.#serving.delete(link);
    }
  }

  #begin(link: number): Reading | null {
    const read = this.#core.take(link);
    return read === null ? null : { read, result: this.#offered.read(read.file, read.chunk) };
  }

  async #answer(read: Read, result: Chunk | Lost): Promise<void> {
    if ("code" in result) this.perform(this.#core.lost(read.file, result));
    for (const frame of this.#core.answer(read, result)) {
      const link = this.linkOf(read.link);
      if (link === null || !this.post(read.link, frame)) return;
      const pause = this.#pace(frame);
      if (pause !== null) await pause;
      if (link.buffered > HIGH_WATER_BYTES) await link.drain();
    }
  }

  /** Whoever shares the budget waits in the order of sending, so all get the same share. */
  #pace(frame: Frame): Promise<void> | null {
    const wait = frame.type === "data" ? (this.#bounds.budget()?.spend(frame.payload.length, now()) ?? 0) : 0;
    return wait > 0 ? new Promise((resolve) => void this.#bounds.timer(wait, resolve)) : null;
  }

  async #findRoot(file: number): Promise<void> {
    const root = await this.#offered.root(file);
    if ("code" in root) this.perform(this.#core.lost(file, root));
    this.perform(this.#core.rootFound(file, root));
  }
}
