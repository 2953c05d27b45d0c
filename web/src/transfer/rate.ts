/** Speed and time left, for people: steady while data flows, silent when there is nothing honest to say. */

/** Speed is the average over this many seconds: long enough to be steady, short enough to follow a change of path. */
const WINDOW_S = 8;

/** No speed is told from less time than this, in seconds: the first chunk arrives in a burst. */
const MINIMUM_S = 1;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Average speed over the last seconds in which data could flow. Times are seconds of any one clock. */
export class Rate {
  #samples: Sample[] = [];

  /** Data can flow from now on: at the beginning, after a pause, on a link after none. No news if it could. */
  start(now: number, done: number): void {
    if (this.#samples.length === 0) this.#samples = [{ at: now, done }];
  }

  /** Nothing can flow: there is no speed until `start`. */
  stop(): void {
    this.#samples = [];
  }

  /** `done` bytes altogether by now; ignored while stopped. */
  add(now: number, done: number): void {
    if (this.#samples.length === 0) return;
    this.#samples.push({ at: now, done });
    const recent = this.#samples.findLastIndex(({ at }) => at <= now - WINDOW_S);
    if (recent > 0) this.#samples.splice(0, Math.min(recent, this.#samples.length - 2));
  }

  /** Bytes a second up to now, null while unknown; falls by itself when nothing is added. */
  speed(now: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || now - first.at < MINIMUM_S) return null;
    return (last.done - first.done) / (now - first.at);
  }

  /** Seconds until `todo` more bytes are done at this speed; null while nothing is known or moves. */
  left(now: number, todo: number): number | null {
    const speed = this.speed(now);
    return speed === null || speed <= 0 ? null : todo / speed;
  }
}
