/**
 * What a session runs over one of its links: how far the two are there, and what was said there; sans-I/O. Twin of
 * pypeer/transfer/subflow.py.
 *
 * Named after the subflow of Multipath TCP (RFC 8684): a session has several, and each is ordered in itself only.
 */

import type { EndCode } from "../gen/peer.ts";

/**
 * How far the two are on one link; each stage allows more than the one before. Greeting: our `hello` is out, theirs is
 * not in. Greeted: the offer is to come. Offered: the receiver lists, or its person thinks. Serving: it accepted here too.
 */
export const STAGES = ["greeting", "greeted", "offered", "serving"] as const;
export type Stage = (typeof STAGES)[number];

type Cause = "hello" | "offer" | "accept";

/** What leads on, whichever side says it. A link that is lost leads nowhere: the next one is another subflow. */
export const STEPS: Readonly<Record<Stage, Readonly<Partial<Record<Cause, Stage>>>>> = {
  greeting: { hello: "greeted" },
  greeted: { offer: "offered" },
  offered: { accept: "serving" },
  serving: {},
};

/** Why a source beside others is left alone, for the one there. */
export const OTHER = "it offers something else";

/** The other side broke the contract; the text says how. */
export class ViolationError extends Error {
  override readonly name: string = "ViolationError";
  /** What it is told. */
  readonly code: EndCode = "protocol";
}

/** It has something else than another source of the same, as with a copy that is older; nothing is wrong with it. */
export class OtherError extends ViolationError {
  override readonly name = "OtherError";
  override readonly code = "declined";

  constructor() {
    super(OTHER);
  }
}

/** One link of a session, which the shell knows by the number `link`; numbers go up. It leads to `source`, of several senders of the same. */
export class Subflow {
  readonly link: number;
  readonly rank: number;
  readonly source: number;
  /** Largest frame that the other side takes here. */
  frameBytes: number;
  /** Whether the other side said here last that it pauses, or that it goes on; null if it said neither. */
  isPaused: boolean | null = null;
  #stage: Stage = "greeting";

  constructor(link: number, rank: number, frameBytes: number, source = 0) {
    this.link = link;
    this.rank = rank;
    this.source = source;
    this.frameBytes = frameBytes;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Whether it is as far as this. */
  hasReached(stage: Stage): boolean {
    return STAGES.indexOf(this.#stage) >= STAGES.indexOf(stage);
  }

  /** Whether it is better than another: of lower rank, among equals newer. */
  isBetterThan(other: Subflow): boolean {
    return this.rank < other.rank || (this.rank === other.rank && this.link > other.link);
  }

  /** This was said, by either side; throws ViolationError. */
  step(cause: Cause): void {
    const after = STEPS[this.#stage][cause];
    if (after === undefined) throw new ViolationError(`${cause} is not allowed when ${this.#stage}`);
    this.#stage = after;
  }
}

/** The best of these; null if there is none. */
export function best<F extends Subflow>(flows: readonly F[]): F | null {
  return flows.reduce<F | null>((found, flow) => (found === null || flow.isBetterThan(found) ? flow : found), null);
}
