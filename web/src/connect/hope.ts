/**
 * Whether an attempt to connect may still come to something, judged by what a browser tells of its candidate pairs. Pure:
 * the statistics and the time are passed in.
 *
 * A browser goes on checking pairs that give no answer for 15 to 30 s before it says `failed`. By the rule here an attempt is
 * hopeless when no pair works, and nothing new has happened for PATIENCE_S: no description, no candidate of either side,
 * no pair that is checked for the first time, that was heard from for the first time, or that changed its state. While a side
 * still gathers, a candidate that is better than all of them may come, so GATHERING_S is the least that both get.
 */

import type { Stats } from "./path.ts";

/** The same patience as pypeer's with a pair: five round trips of a satellite, and told within 3 s. */
export const PATIENCE_S = 2.5;

/** A relay that is reached by TLS over a slow line has its candidate by then; what takes longer is a server that is dead. */
export const GATHERING_S = 5;

/** Between two looks at the statistics, in seconds: with PATIENCE_S it stays below 3 s. */
export const LOOK_S = 0.4;

/** What is known of the prospects of one attempt. Times are seconds of any one clock. */
export class Hope {
  #described: number | null = null;
  #news = 0;
  #isHereKnown = false;
  #isThereKnown = false;
  #seen = "";

  /** Both sides are described, so checks begin. */
  described(now: number): void {
    this.#described = this.#news = now;
  }

  /** Candidates of this side were found; none ends them. */
  found(candidates: readonly string[], now: number): void {
    this.#news = now;
    this.#isHereKnown = candidates.length === 0;
  }

  /** The same of the other side. */
  received(candidates: readonly string[], now: number): void {
    this.#news = now;
    this.#isThereKnown = candidates.length === 0;
  }

  /** Whether nothing will come of it, as far as can be told; `stats` are those of now. */
  isLost(stats: readonly Stats[], now: number): boolean {
    const pairs = stats.filter(({ type }) => type === "candidate-pair");
    this.#look(pairs, now);
    if (this.#described === null || pairs.some(({ state }) => state === "succeeded")) return false;
    const areKnown = this.#isHereKnown && this.#isThereKnown;
    return now >= Math.max(this.#news + PATIENCE_S, areKnown ? 0 : this.#described + GATHERING_S);
  }

  #look(pairs: readonly Stats[], now: number): void {
    const seen = pairs.map(fate).toSorted().join(" ");
    if (seen !== this.#seen) this.#news = now;
    this.#seen = seen;
  }
}

/** What of a pair counts as news; that it is checked, or heard, once more does not. */
function fate({ id, state = "", requestsSent = 0, requestsReceived = 0 }: Stats): string {
  return `${id}:${state}:${requestsSent > 0}:${requestsReceived > 0}`;
}
