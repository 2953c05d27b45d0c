/**
 * How fast a link delivers, how long it takes to answer, and whether it has stalled; pure, the clock passed in. Twin of
 * pypeer/transfer/pace.py, which has the reasons of the numbers.
 *
 * After BBR (draft-ietf-ccwg-bbr): the rate is the best of what was delivered of late, the delay the least of what a request
 * took while nothing was before it, and as much is kept on its way as the two make together. After RFC 6298: how long a
 * silence is borne follows from the delay, and whoever does not answer is tried again at intervals that double.
 */

/** How long a delay is believed; then the link runs empty once, for only so can it be measured anew. */
const DELAY_LIFE_S = 10;

/** The rate is the best of this period and the one before. */
const RATE_LIFE_S = 1;

/** More than the delay is filled by so much, that a link which can do more shows it. */
const GAIN = 1.25;

/** Also kept on its way: what the other side needs to read from its disk, and a busy event loop to come to its turn. */
const SLACK_S = 0.05;

/** On its way on a link of which nothing is known. */
const FIRST_BYTES = 1024 * 1024;

/** What a link of which nothing is known is taken for, beside others. */
const ORDINARY_RATE = 1024 * 1024;
const ORDINARY_DELAY_S = 0.1;

/** Less silence than this is never a stall. */
const SILENCE_S = 0.5;

/** A stall on a link that has never answered. */
const FIRST_SILENCE_S = 3;

/** A stall is a silence of so many times what an answer should take. */
const PATIENCE = 4;

/** How long a stalled link is left alone before the next attempt: doubled each time, up to the second. */
const REST_S = 1;
const REST_MAX_S = 30;

/** What is known of one link. Counts are bytes, times seconds of any one clock. */
export class Pace {
  /** All that ever came here. */
  delivered = 0;
  #delay: number | null = null;
  #delayAt = 0;
  #best = 0;
  #bestBefore = 0;
  #periodAt = 0;
  #quietSince = 0;
  #stalls = 0;
  #restUntil = 0;

  /** Bytes a second; a guess while nothing is known. */
  get rate(): number {
    return Math.max(this.#best, this.#bestBefore) || ORDINARY_RATE;
  }

  /** Seconds from a request to the first byte of its answer; a guess while nothing is known. */
  get delay(): number {
    return this.#delay ?? ORDINARY_DELAY_S;
  }

  /** What may be on its way here, chunks being as long as this; 0 means one chunk alone. */
  window(chunk: number, now: number): number {
    if (this.#stalls > 0 || (this.#delay !== null && now - this.#delayAt > DELAY_LIFE_S)) return 0;
    if (this.#delay === null || this.#best === 0) return Math.max(FIRST_BYTES, 2 * chunk);
    return this.rate * (GAIN * this.delay + SLACK_S) + 2 * chunk;
  }

  /** Seconds until so many bytes are here, if the last of them are asked for now. */
  needs(count: number): number {
    return this.delay + count / this.rate;
  }

  /** Seconds until so many bytes are here that are on their way; who is silent is expected to go on being so. */
  due(count: number, now: number): number {
    return count / this.rate + Math.max(0, now - this.#quietSince);
  }

  /** A request is made; `alone` if nothing else is on its way. */
  asked(alone: boolean, now: number): void {
    if (alone) this.#quietSince = now;
  }

  /** So much came. */
  heard(count: number, now: number): void {
    this.delivered += count;
    this.#quietSince = now;
    this.#stalls = 0;
  }

  /** The first byte came of a request that was made alone. */
  answered(askedAt: number, now: number): void {
    const delay = Math.max(0, now - askedAt);
    if (this.#delay !== null && delay > this.#delay && now - this.#delayAt <= DELAY_LIFE_S) return;
    this.#delay = delay;
    this.#delayAt = now;
  }

  /** A request is answered in full that was made then, when this was all that had been delivered. */
  landed(delivered: number, askedAt: number, now: number): void {
    if (now <= askedAt) return;
    const age = now - this.#periodAt;
    if (age < 0 || age >= RATE_LIFE_S) {
      this.#bestBefore = this.#best;
      this.#best = 0;
      this.#periodAt = now;
    }
    this.#best = Math.max(this.#best, (this.delivered - delivered) / (now - askedAt));
  }

  /** Whether it should have brought something by now, frames being as long as this; only while it is awaited. */
  isStalled(frame: number, now: number): boolean {
    const patience = this.#delay === null ? FIRST_SILENCE_S : Math.max(SILENCE_S, PATIENCE * this.needs(frame));
    return now - this.#quietSince > patience;
  }

  /** It has stalled, and what was on its way is awaited elsewhere. */
  rest(now: number): void {
    this.#restUntil = now + Math.min(REST_S * 2 ** this.#stalls, REST_MAX_S);
    this.#stalls += 1;
  }

  /** Whether to leave it alone for now. */
  isResting(now: number): boolean {
    return this.#stalls > 0 && now < this.#restUntil;
  }

  /** The silence up to now was agreed on. */
  excuse(now: number): void {
    this.#quietSince = now;
  }
}
