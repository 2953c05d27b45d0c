/** One limit for all that several sessions send, which may change while they wait for it. */

import type { Timer } from "../timers/timers.ts";
import { Budget } from "../transfer/budget.ts";

export class Throttle {
  readonly #timer: Timer;
  readonly #clock: () => number;
  readonly #budget = new Budget(null);
  /** Each ends a wait that is under way. */
  readonly #waiting = new Set<() => void>();

  /** There is no limit at first; `clock` gives seconds. */
  constructor(timer: Timer, clock: () => number) {
    this.#timer = timer;
    this.#clock = clock;
  }

  /** Sets the limit, in bytes a second; null lifts it. Who waits for the one before waits for this one instead. */
  set(rate: number | null): void {
    this.#budget.change(rate, this.#clock());
    for (const wake of [...this.#waiting]) wake();
  }

  /** So many bytes are sent: what is to be waited for before more are, if anything. All get the same share, in the order of sending. */
  spend(count: number): Promise<void> | null {
    if (this.#budget.rate === null) return null;
    const turn = this.#budget.spend(count, this.#clock());
    return this.#left(turn) > 0 ? this.#until(turn) : null;
  }

  async #until(turn: number): Promise<void> {
    let isChanged = true;
    while (isChanged && this.#left(turn) > 0) isChanged = await this.#pause(this.#left(turn));
  }

  #left(turn: number): number {
    return this.#budget.wait(turn, this.#clock());
  }

  /** Waits; gives whether the limit was changed meanwhile. */
  #pause(seconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isChanged: boolean): void => {
        this.#waiting.delete(wake);
        resolve(isChanged);
      };
      const cancel = this.#timer(seconds, () => end(false));
      const wake = (): void => {
        cancel();
        end(true);
      };
      this.#waiting.add(wake);
    });
  }
}
