/** When each phase of connecting ended (`phases` of the contracts). Pure: the clock is passed in. */

import type { Phases } from "../gen/peer.ts";

/**
 * Marks phases, in seconds since `start`; only the first time counts. That is when both sides knew each other, whatever came to
 * nothing since then (docs/protocol.md, `report`).
 */
export class PhaseClock {
  readonly #now: () => number;
  readonly #start: number;
  #phases: Phases = {};

  /** `now` gives seconds of a clock that only goes forward, of which `start` is a time. */
  constructor(now: () => number, start: number) {
    this.#now = now;
    this.#start = start;
  }

  get phases(): Phases {
    return this.#phases;
  }

  /** To the millisecond: nobody wants to know more, and a page cannot measure more. */
  mark(phase: keyof Phases): void {
    const elapsed = Math.round((this.#now() - this.#start) * 1000) / 1000;
    this.#phases = { [phase]: elapsed, ...this.#phases };
  }
}
