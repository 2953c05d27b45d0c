/** How fast data may flow: a token bucket (as in RFC 2697, with debts); pure. Twin of pypeer/transfer/budget.py. */

/** What may be saved up, in seconds: as much as passes between two ticks of a session, so that a coarse clock costs no rate. */
const BURST_S = 0.25;

/** Bytes that may be used, at `rate` a second. Whoever shares one shares the rate: turns are taken in order. */
export class Budget {
  readonly #rate: number;
  #balance = 0;
  #at: number | null = null;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Whether something may be begun: nothing is owed any more. */
  isOpen(now: number): boolean {
    this.#save(now);
    return this.#balance >= 0;
  }

  /** Uses so many bytes, more than are there if need be: the seconds to wait before they may be used. */
  spend(count: number, now: number): number {
    this.#save(now);
    this.#balance -= count;
    return Math.max(0, -this.#balance / this.#rate);
  }

  /** A clock that jumps back saves nothing. */
  #save(now: number): void {
    const passed = this.#at === null ? 0 : Math.max(0, now - this.#at);
    this.#at = now;
    this.#balance = Math.min(this.#balance + passed * this.#rate, BURST_S * this.#rate);
  }
}
