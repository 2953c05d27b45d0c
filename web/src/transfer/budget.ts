/** How fast data may flow: a token bucket (as in RFC 2697, with debts); pure. Twin of pypeer/transfer/budget.py, where a rate stays as it is. */

/** What may be saved up, in seconds: as much as passes between two ticks of a session, so that a coarse clock costs no rate. */
const BURST_S = 0.25;

/**
 * Bytes that may be used, at `rate` a second; null for as many as anybody likes. Whoever shares one shares the rate: turns
 * are taken in order.
 */
export class Budget {
  #rate: number | null;
  /** All that was ever used, and how much of it, and beyond it, was allowed so far. */
  #used = 0;
  #allowed = 0;
  #at: number | null = null;

  constructor(rate: number | null) {
    this.#rate = rate;
  }

  get rate(): number | null {
    return this.#rate;
  }

  /** Another rate from now on: for whoever has a turn already, too, who asks `wait` again. */
  change(rate: number | null, now: number): void {
    this.#save(now);
    this.#rate = rate;
  }

  /** Whether something may be begun: nothing is owed any more. */
  isOpen(now: number): boolean {
    this.#save(now);
    return this.#allowed >= this.#used;
  }

  /** Uses so many bytes, more than are there if need be: the turn, for `wait`. */
  spend(count: number, now: number): number {
    this.#save(now);
    this.#used += count;
    return this.#used;
  }

  /** The seconds before what was used in a turn may be used, as things are now. */
  wait(turn: number, now: number): number {
    this.#save(now);
    return this.#rate === null ? 0 : Math.max(0, turn - this.#allowed) / this.#rate;
  }

  /** A clock that jumps back saves nothing. */
  #save(now: number): void {
    const passed = this.#at === null ? 0 : Math.max(0, now - this.#at);
    this.#at = now;
    this.#allowed = this.#rate === null ? this.#used : Math.min(this.#allowed + passed * this.#rate, this.#used + BURST_S * this.#rate);
  }
}
