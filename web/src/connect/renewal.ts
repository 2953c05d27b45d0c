/**
 * When the relays of one pair are asked for anew: their credentials end, and a transfer may last longer. Pure. Twin of
 * pypeer/connect/renewal.py.
 */

/** Part of their time after which they are renewed: what is left bridges an outage of the server. */
export const SHARE = 0.5;

/** Pause after a refusal, in seconds: the server grants one renewal a minute in the long run. */
export const AGAIN_S = 60;

/** `over`: the server does not know of renewals, or the pair is no more; what there is has to do. */
export type RenewalState = "good" | "asking" | "over";
export type RenewalEvent = "ask" | "renewed" | "refused" | "end";

export const RENEWAL: Readonly<Record<RenewalState, Readonly<Partial<Record<RenewalEvent, RenewalState>>>>> = {
  good: { ask: "asking", end: "over" },
  asking: { renewed: "good", refused: "good", end: "over" },
  over: { end: "over" },
};

/** Of one pair. `ttl` is what the server told, in seconds; null of a server that does not renew. */
export class Renewal {
  #state: RenewalState;
  #wait: number | null;

  constructor(ttl: number | null) {
    this.#state = ttl === null ? "over" : "good";
    this.#wait = ttl === null ? null : SHARE * ttl;
  }

  get state(): RenewalState {
    return this.#state;
  }

  /** Seconds from the last answer until it is to be asked for; null for never. */
  get wait(): number | null {
    return this.#state === "good" ? this.#wait : null;
  }

  /** Whether it may be asked for now; it is then taken to be. */
  ask(): boolean {
    if (this.#state !== "good") return false;
    this.#happened("ask");
    return true;
  }

  renewed(ttl: number | null): void {
    this.#happened(ttl === null ? "end" : "renewed");
    this.#wait = ttl === null ? null : SHARE * ttl;
  }

  /** Refused for now, or, if that will not change, for good. */
  refused(mayRetry: boolean): void {
    this.#happened(mayRetry ? "refused" : "end");
    this.#wait = AGAIN_S;
  }

  end(): void {
    this.#happened("end");
  }

  #happened(event: RenewalEvent): void {
    this.#state = RENEWAL[this.#state][event] ?? this.#state;
  }
}
