/** What this side gathers: candidates in batches, and what they tell of the NAT here. */

import type { Mapping } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Timer } from "../timers/timers.ts";
import { type ParsedCandidate, parseCandidate, withUfrag } from "./candidate.ts";
import { guessesAfter } from "./guessing.ts";
import { stunServers } from "./ice_servers.ts";
import { mappingOf } from "./mapping.ts";

/** Candidates found within this time go in one message, in seconds: most of them are found at once. */
const BATCH_S = 0.05;

/**
 * When the NAT is judged by what is known by then, in seconds after the first candidate: longer than a round trip to almost any server,
 * and the stack asks twice until then. It is complete only when the slowest server has answered, or a dead one has not for ten
 * seconds, and neither a relay nor a prediction of ports should wait for that. The same as pypeer's.
 */
const EARLY_S = 0.4;

/** As many as one message holds (schema of `candidate`). */
const BATCH_CANDIDATES = 64;

/** What a gathering tells. */
export interface GatheringEvents {
  /** Send these; an empty list ends them. */
  readonly onCandidates: (candidates: string[]) => void;
  readonly onComplete: () => void;
  /** What the NAT here does: once it is known, and if it turns out to be something else later. */
  readonly onMapping: (mapping: Mapping) => void;
}

/** The candidates of one connection, through all its generations. */
export class Gathering {
  readonly #servers: number;
  readonly #timer: Timer;
  readonly #events: GatheringEvents;
  #all: string[] = [];
  /** Ports that are expected, of the present generation. */
  #guesses: readonly string[] = [];
  #sent = 0;
  #isBatching = false;
  #mapping: Mapping = "unknown";

  constructor(ice: readonly IceServer[], timer: Timer, events: GatheringEvents) {
    this.#servers = stunServers(ice).length;
    this.#timer = timer;
    this.#events = events;
  }

  /** Everything that was found, or guessed, so far. */
  get candidates(): readonly string[] {
    return [...this.#all, ...this.#guesses];
  }

  /** What the NAT here does; known soon after the first candidate. */
  get mapping(): Mapping {
    return this.#mapping;
  }

  /** The stack found a candidate, of the generation `ufrag`. */
  found(candidate: string, ufrag: string | null): void {
    if (this.#all.length === 0) this.#timer(EARLY_S, () => this.#judge());
    this.#all.push(withUfrag(candidate, ufrag));
    if (this.#isBatching) return;
    this.#isBatching = true;
    this.#timer(BATCH_S, () => this.#flush());
  }

  /** The stack has found all that there is in the present generation. */
  complete(): void {
    this.#flush();
    this.#judge();
    this.#events.onCandidates([]);
    this.#events.onComplete();
  }

  #flush(): void {
    this.#isBatching = false;
    for (; this.#sent < this.#all.length; this.#sent += BATCH_CANDIDATES) {
      this.#events.onCandidates(this.#all.slice(this.#sent, this.#sent + BATCH_CANDIDATES));
    }
    this.#sent = this.#all.length;
  }

  /** What comes later may make it another. */
  #judge(): void {
    const parsed = this.#all.map(parseCandidate).filter((each) => each !== null);
    const latest = parsed.at(-1)?.ufrag ?? null;
    const present = parsed.filter(({ ufrag }) => ufrag === latest);
    const mapping = mappingOf(present, this.#servers);
    if (mapping !== this.#mapping) this.#events.onMapping(mapping);
    this.#mapping = mapping;
    if (mapping === "sequential") this.#guess(present, latest);
  }

  /** Where ports are given out one after the other, the other side may try the next ones. */
  #guess(present: readonly ParsedCandidate[], ufrag: string | null): void {
    const guesses = guessesAfter(present).map((text) => withUfrag(text, ufrag));
    const fresh = guesses.filter((guess) => !this.#guesses.includes(guess));
    this.#guesses = guesses;
    if (fresh.length > 0) this.#events.onCandidates(fresh);
  }
}
