/** One transfer as its person sees it: facts in, a state out. */

import { toPeerError } from "../errors.ts";
import type { ConnectionReport } from "../gen/peer.ts";
import type { Event, Outcome, Progress } from "../transfer/effects.ts";
import { Cell } from "./cell.ts";
import type { PathInfo, Person, Problem, ProgressInfo, TransferPhase, TransferState } from "./model.ts";

/** Files that were lost are named to the person up to here; a list of thousands helps nobody. */
const LOST_SHOWN = 1000;

const NOTHING: ProgressInfo = { bytes: 0, total: 0, files: 0, rate: null, left: null };

/** What is known of a transfer; the phase follows from it. */
interface Facts extends Omit<TransferState, "phase"> {
  readonly link: "never" | "up" | "lost";
  readonly isAgreed: boolean;
  readonly isAccepted: boolean;
  readonly end: "done" | "failed" | null;
}

const START: Facts = {
  link: "never", isAgreed: false, isAccepted: false, end: null, person: null, path: null, report: null, progress: NOTHING, pausedBy: null, problem: null, lost: [],
};

function phaseOf({ end, person, link, isAgreed, isAccepted, pausedBy }: Facts): TransferPhase {
  if (end !== null) return end;
  if (person === null) return "meeting";
  if (!isAgreed) return "asking";
  if (link === "lost") return "reconnecting";
  if (link === "never" || !isAccepted) return "connecting";
  return pausedBy === null ? "moving" : "paused";
}

/** What a person is told of an error. */
export function toProblem(error: unknown): Problem {
  const { code, message, retry } = toPeerError(error);
  return { code, message, retry };
}

/** Gathers the facts of one transfer. */
export class Transfer {
  readonly state: Cell<TransferState>;
  #facts = START;

  constructor() {
    this.state = new Cell(stateOf(START));
  }

  get hasEnded(): boolean {
    return this.#facts.end !== null;
  }

  /** The other side proved the code and its identity. */
  met(person: Person): void {
    this.#learn({ person });
  }

  /** The receiver wants it: from now on the two look for a path. */
  agreed(): void {
    if (!this.#facts.isAgreed) this.#learn({ isAgreed: true });
  }

  /** A link opened (its path is known a little later), came back, or its path changed. */
  linked(path: PathInfo | null, report: ConnectionReport | null = this.#facts.report): void {
    this.#learn({ link: "up", path, report });
  }

  /** An attempt to connect came to nothing. */
  attempted(report: ConnectionReport): void {
    this.#learn({ report });
  }

  /** Nothing gets through; the way is restored, or another looked for. */
  unlinked(): void {
    this.#learn({ link: "lost", path: null });
  }

  /** What is known of the way is what is known of these: of one that is connected, else of one that was, else of the first that is left. */
  follow(transfers: readonly Transfer[]): void {
    const left = transfers.filter(({ hasEnded }) => !hasEnded).map((each) => each.#facts);
    const shown = left.find(({ link }) => link === "up") ?? left.find(({ link }) => link === "lost") ?? left[0];
    if (shown === undefined) return;
    const { person, link, path, report } = shown;
    this.#learn({ person, link, path, report });
  }

  event(event: Event): void {
    switch (event.type) {
      case "accepted":
        return this.#learn({ isAccepted: true, progress: { ...this.#facts.progress, total: event.bytes } });
      case "progress":
        return this.#progress(event);
      case "paused":
        return this.#learn({ pausedBy: event.by });
      case "lost":
        if (this.#facts.lost.length < LOST_SHOWN) this.#learn({ lost: [...this.#facts.lost, { path: event.path, message: event.message }] });
    }
  }

  /** It is over; only the first end counts. */
  ended(result: Outcome | Error): void {
    if (this.hasEnded) return;
    const isError = result instanceof Error;
    this.#learn(isError ? { end: "failed", problem: toProblem(result) } : { end: "done" });
  }

  #progress({ bytes, total, files, rate, left }: Progress): void {
    this.#learn({ progress: { bytes, total, files, rate, left } });
  }

  #learn(facts: Partial<Facts>): void {
    if (this.hasEnded) return;
    this.#facts = { ...this.#facts, ...facts };
    this.state.set(stateOf(this.#facts));
  }
}

function stateOf(facts: Facts): TransferState {
  const { person, path, report, progress, pausedBy, problem, lost } = facts;
  return { phase: phaseOf(facts), person, path, report, progress, pausedBy, problem, lost };
}
