/** Watches whether there is still a server, while there is no link. Twin of pypeer/watching.py. */

import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { Forsaken } from "./no_way.ts";

/** Interval at which it is looked, in seconds: what it decides takes seconds. */
const WATCH_S = 0.5;

export interface Watched {
  readonly isLinked: () => boolean;
  readonly isReachable: () => boolean;
  /** There has been neither for too long (no_way.ts). */
  readonly onForsaken: () => void;
}

export class ServerWatch {
  readonly #watched: Watched;
  readonly #timer: Timer;
  readonly #forsaken = new Forsaken();
  #stop: () => void = () => undefined;

  constructor(watched: Watched, timer: Timer) {
    this.#watched = watched;
    this.#timer = timer;
  }

  /** Looks now, and again and again. */
  look(): void {
    const { isLinked, isReachable, onForsaken } = this.#watched;
    if (this.#forsaken.seen(isLinked(), isReachable(), now())) onForsaken();
    else this.#stop = this.#timer(WATCH_S, () => this.look());
  }

  /** It does not matter any more. */
  stop(): void {
    this.#stop();
  }
}
