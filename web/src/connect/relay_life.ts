/** Life of a link through the relay inside the WebSocket (docs/protocol.md), from the WebSocket to the end. Pure. */

/** Waiting for the other member, and for its key; proving that records go both ways; open; over. */
export type RelayLife = "joining" | "proving" | "open" | "over";

export type RelayLifeEvent =
  /** The other member is there, and the keys are. */
  | "ready"
  /** The other side's first record is here, and says nothing. */
  | "proven"
  /** The WebSocket closed, took too long, or brought what does not belong there; or the link is not needed any more. */
  | "closed";

export type RelayLifeAction = "prove" | "announce" | "fail" | "lose";

/** What is not listed changes nothing. */
export const RELAY_LIFE: Readonly<Record<RelayLife, Readonly<Partial<Record<RelayLifeEvent, readonly [RelayLife, RelayLifeAction]>>>>> = {
  joining: { ready: ["proving", "prove"], closed: ["over", "fail"] },
  proving: { proven: ["open", "announce"], closed: ["over", "fail"] },
  open: { closed: ["over", "lose"] },
  over: {},
};
