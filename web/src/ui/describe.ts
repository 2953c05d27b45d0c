/** What a state means, in words. Pure: states in, sentences out. */

import type { Person, ProgressInfo, TransferState } from "../app/model.ts";
import type { ConnectionReport } from "../gen/peer.ts";
import { bytes, duration, percent } from "./format.ts";
import * as texts from "./texts.ts";
import { said } from "../words/said.ts";

/** Which end of a transfer this page is. */
export type Side = "sending" | "receiving";

/** Phases in which bytes may still flow, so that pausing and cancelling mean something. */
export function isRunning(state: TransferState): boolean {
  return state.phase !== "done" && state.phase !== "failed";
}

/** Phases that show a progress bar with figures. */
export function hasFigures(state: TransferState): boolean {
  return state.phase === "moving" || state.phase === "paused" || state.phase === "reconnecting";
}

/** Whether it ended because no path opened, with what is known about that. */
export function hasNoPath(state: TransferState): state is TransferState & { readonly report: ConnectionReport } {
  return state.problem?.code === "no-path" && state.report !== null;
}

/** Short name, which is proven, or a word for someone who has not proved anything yet. */
export function personName(person: Person | null): string {
  return person?.short ?? texts.transfer.someone;
}

/** One line for the phase. */
export function phaseWords(state: TransferState, side: Side): string {
  if (state.phase === "paused" && state.pausedBy !== null) return texts.transfer.pausedBy[state.pausedBy];
  if (state.phase === "connecting" && state.report !== null) return texts.path.again;
  if (side === "receiving" && state.phase in texts.transfer.receivingPhase) {
    return texts.transfer.receivingPhase[state.phase as keyof typeof texts.transfer.receivingPhase];
  }
  return state.phase === "moving" ? "" : texts.transfer.phase[state.phase];
}

/** How it stands with one of several senders. */
export function senderWords({ phase, problem }: TransferState): string {
  if (phase === "failed") return texts.senders.left({ why: said(problem?.message ?? "") });
  return texts.senders.phase[phase];
}

/** Numbers of a transfer in words; what is not known, or no longer matters, is empty. */
export interface Figures {
  readonly part: string;
  readonly amount: string;
  readonly rate: string;
  readonly left: string;
}

/** What stands below a transfer: nothing before bytes flow, and only the sum at the end. */
export function legend(state: TransferState): Figures {
  if (hasFigures(state)) return figures(state);
  return { part: "", amount: state.phase === "done" ? bytes(state.progress.total) : "", rate: "", left: "" };
}

/** Amount always, speed and time while they are known and it moves. */
export function figures(state: TransferState): Figures {
  const { bytes: done, total, rate, left } = state.progress;
  const moving = state.phase === "moving";
  return {
    part: texts.transfer.percent({ percent: shown(state) }),
    amount: texts.transfer.amount({ done: bytes(done), total: bytes(total) }),
    rate: moving && rate !== null ? texts.transfer.rate({ amount: bytes(rate) }) : "",
    left: moving && left !== null ? texts.transfer.left({ time: duration(left) }) : "",
  };
}

/** Percent shown: a finished transfer is full, whatever was left out; one that has not begun is empty. */
export function shown({ phase, progress }: TransferState): number {
  if (phase === "done") return 100;
  return progress.total === 0 ? 0 : percent(progress.bytes, progress.total);
}

/** What to say aloud when a transfer changes from `before`; empty for mere progress. */
export function announcement(before: TransferState | null, state: TransferState, side: Side): string {
  const name = personName(state.person);
  if (before?.phase !== state.phase) {
    const words = state.phase === "failed" ? failureWords(state, side) : phaseWords(state, side);
    return words === "" ? arrival(state) : texts.running.fetchIn({ who: name, phase: words });
  }
  return before.path?.scope === state.path?.scope ? "" : arrival(state);
}

function failureWords(state: TransferState, side: Side): string {
  return state.problem === null ? phaseWords(state, side) : said(state.problem.message);
}

function arrival(state: TransferState): string {
  return state.path === null ? "" : texts.transfer.connected({ who: personName(state.person), how: texts.path.name[state.path.scope] });
}

/** Sum of several transfers, for the title of the page. Null if none is running. */
export function overall(states: readonly TransferState[]): number | null {
  const running = states.filter(hasFigures).map((state): ProgressInfo => state.progress);
  if (running.length === 0) return null;
  const sum = (pick: (progress: ProgressInfo) => number): number => running.reduce((all, each) => all + pick(each), 0);
  return percent(sum((each) => each.bytes), sum((each) => each.total));
}
