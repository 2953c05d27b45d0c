/** Which pair a push belongs to, also when it is faster than the answer that names the pair. */

import type { Left, Signaled } from "../gen/signaling.ts";

/** What is kept for pairs not known yet: a knock that is turned away is answered by two pushes at once. */
const EARLY_PAIRS = 16;
const EARLY_MESSAGES = 16;

/** What gets the pushes of one pair. */
export interface PairEnd {
  readonly id: string;
  signaled(body: string): void;
  left(reason: string): void;
  /** The server knows it no more. */
  forgotten(): void;
}

/** The pairs of one peer. */
export class Switchboard {
  readonly #pairs = new Map<string, PairEnd>();
  readonly #early = new Map<string, (Signaled | Left)[]>();

  /** From now on this pair gets its pushes, those that came before first. */
  adopt(pair: PairEnd): void {
    this.#pairs.set(pair.id, pair);
    const early = this.#early.get(pair.id) ?? [];
    this.#early.delete(pair.id);
    for (const message of early) this.route(message);
  }

  /** The pair is over. */
  drop(id: string): void {
    this.#pairs.delete(id);
  }

  /** Delivers a push, or keeps it for a while. */
  route(message: Signaled | Left): void {
    const pair = this.#pairs.get(message.pair);
    if (pair === undefined) return this.#keep(message);
    if (message.t === "signaled") return pair.signaled(message.body);
    this.drop(pair.id);
    pair.left(message.reason ?? "");
  }

  /** The server forgot all pairs. */
  loseAll(): void {
    const pairs = [...this.#pairs.values()];
    this.#pairs.clear();
    this.#early.clear();
    for (const pair of pairs) pair.forgotten();
  }

  #keep(message: Signaled | Left): void {
    const waiting = this.#early.get(message.pair) ?? [];
    if (waiting.length < EARLY_MESSAGES) waiting.push(message);
    this.#early.set(message.pair, waiting);
    const [oldest] = this.#early.keys();
    if (this.#early.size > EARLY_PAIRS) this.#early.delete(oldest as string);
  }
}
