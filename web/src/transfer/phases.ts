/** How a receiver's session goes on, as one table. Twin of pypeer/transfer/phases.py. */

import type { nameOf } from "./party.ts";

/** How far the session is; links come and go meanwhile. Telling: all is stored, and the sender is to hear of it. */
export type Phase = "waiting" | "listing" | "deciding" | "preparing" | "fetching" | "concluding" | "telling" | "over";

/** What happens here rather than on the link. Left: who offered it is gone before all was listed, and others that may offer it are not here yet. */
export type Step = "listed" | "left" | "decided" | "prepared" | "settled" | "concluded" | "told";

const answersIn = (phase: Phase) => ({ data: phase, end: phase, refuse: phase, root: phase });

/**
 * What may happen in each phase, and where it leads; any other frame is a violation. The same offer comes again on every
 * new link; answers after fetching can only be to requests that were taken back.
 */
export const TRANSITIONS: Readonly<Record<Phase, Readonly<Partial<Record<ReturnType<typeof nameOf> | Step, Phase>>>>> = {
  waiting: { offer: "listing" },
  listing: { offer: "listing", entries: "listing", listed: "deciding", left: "waiting" },
  deciding: { offer: "deciding", decided: "preparing" },
  preparing: { offer: "preparing", prepared: "fetching" },
  fetching: { offer: "fetching", ...answersIn("fetching"), settled: "concluding" },
  concluding: { offer: "concluding", ...answersIn("concluding"), concluded: "telling" },
  telling: { offer: "telling", ...answersIn("telling"), told: "over" },
  over: {},
};
