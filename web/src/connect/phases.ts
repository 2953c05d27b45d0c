/** When each phase of connecting ended (`phases` of the contracts). Pure: the clock is passed in. */

import type { Phases } from "../gen/peer.ts";

/**
 * Marks phases, in seconds since it was made; only the first time counts. The first attempt is made as soon as both know that
 * they want to connect, and a later one when the link before it is lost.
 */
export class PhaseClock {
  readonly #now: () => number;
  readonly #start: number;
  #phases: Phases = {};

  /** `now` gives seconds of a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
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
