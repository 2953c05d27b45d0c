/** Lives through the life of a link (life.ts): events in, actions out, and the time of each state kept. */

import type { Timer } from "../timers/timers.ts";
import { LIFE, LIFE_S, type Life, type LifeAction, type LifeEvent } from "./life.ts";

/** Where one link is in its life. */
export class Lifetime {
  readonly #timer: Timer;
  readonly #act: (action: LifeAction) => void;
  #state: Life = "connecting";
  #cancelTimer: () => void = () => undefined;

  constructor(timer: Timer, act: (action: LifeAction) => void) {
    this.#timer = timer;
    this.#act = act;
    this.#setTimer();
  }

  get state(): Life {
    return this.#state;
  }

  happened(event: LifeEvent): void {
    const step = LIFE[this.#state][event];
    if (step !== undefined) this.#become(...step);
  }

  /** It is over, and nothing has to be done about it. */
  end(): void {
    this.#state = "over";
    this.#cancelTimer();
  }

  #become(state: Life, action: LifeAction): void {
    const isSame = state === this.#state;
    this.#state = state;
    if (!isSame) this.#setTimer();
    this.#act(action);
  }

  #setTimer(): void {
    this.#cancelTimer();
    const seconds = LIFE_S[this.#state];
    this.#cancelTimer = seconds === undefined ? () => undefined : this.#timer(seconds, () => this.happened("late"));
  }
}
