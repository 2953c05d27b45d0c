/** Transfers that are over, as they are remembered: what, when, with whom, how much, and how it ended; never what was in them. Pure. */

import type { Person, TransferState } from "./model.ts";

/** Transfers that are remembered: a list that is longer nobody reads, and each takes some 300 bytes. */
export const REMEMBERED = 500;

/** How it ended: all of it, with files that could not be, not at all, or because somebody did not want it. */
export type Ending = "done" | "part" | "failed" | "stopped";

/** One transfer that is over. */
export interface PastTransfer {
  /** Tells it from all others, also of other pages of this browser. */
  readonly key: string;
  readonly isSent: boolean;
  readonly title: string;
  readonly isText: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly person: Person;
  /** When it ended, as Date.now() has it. */
  readonly at: number;
  readonly ending: Ending;
}

/** What was transferred. */
export interface Matter {
  readonly isSent: boolean;
  readonly title: string;
  readonly isText: boolean;
  /** Files of the whole; null where that is not known, so that those count that arrived. */
  readonly files: number | null;
}

const NOT_WANTED: ReadonlySet<string> = new Set(["cancelled", "declined"]);

function endingOf({ phase, problem, lost }: TransferState): Ending {
  if (phase === "done") return lost.length > 0 ? "part" : "done";
  return NOT_WANTED.has(problem?.code ?? "") ? "stopped" : "failed";
}

/** What is remembered of a transfer; null while it goes on, or if nobody has proven who they are. */
export function pastOf(key: string, { isSent, title, isText, files }: Matter, state: TransferState, at: number): PastTransfer | null {
  const { phase, person, progress } = state;
  if ((phase !== "done" && phase !== "failed") || person === null) return null;
  const bytes = phase === "done" ? progress.total : progress.bytes;
  return { key, isSent, title, isText, files: files ?? progress.files, bytes, person, at, ending: endingOf(state) };
}

/** The latest first, each once, and no more than are remembered. */
export function withPast(past: readonly PastTransfer[], ...more: readonly PastTransfer[]): readonly PastTransfer[] {
  const fresh = new Set(more.map(({ key }) => key));
  const all = [...past.filter(({ key }) => !fresh.has(key)), ...more];
  return all.sort((one, other) => other.at - one.at).slice(0, REMEMBERED);
}
