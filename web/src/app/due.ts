/** Things to be done later, one of a kind at a time. */

import type { Timer } from "../timers/timers.ts";

/** Timers by name: a new one takes the place of the one before. */
export class Due<K extends string> {
  readonly #timer: Timer;
  readonly #cancels = new Map<K, () => void>();

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Does it after so many seconds; at once if that is 0. */
  set(kind: K, seconds: number, action: () => void): void {
    this.cancel(kind);
    if (seconds === 0) action();
    else this.#cancels.set(kind, this.#timer(seconds, action));
  }

  cancel(kind: K): void {
    this.#cancels.get(kind)?.();
    this.#cancels.delete(kind);
  }

  cancelAll(): void {
    for (const kind of [...this.#cancels.keys()]) this.cancel(kind);
  }
}
