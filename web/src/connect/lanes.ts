/** The roads to a peer, what there is of each, and what can be done: the words of roads.ts. Pure; twin of pypeer/connect/lanes.py. */

/**
 * TLS over TCP, which a page has not; ICE's, direct or through TURN; and the last of the ladder, the relay inside a WebSocket. The
 * better ones first.
 */
export const ROADS = ["tcp", "ice", "relay"] as const;

/** A way to the other peer. */
export type Road = (typeof ROADS)[number];

/** What there is of a road. */
export type LaneState =
  | "closed"
  | "trying"
  | "open"
  /** A link that has not closed, but nothing comes. */
  | "silent";

/** What happens on a road. */
export type RoadEvent =
  | "try"
  | "opened"
  | "failed"
  | "silent"
  | "back"
  | "lost"
  /** The other side uses the link of this road, and this side does not yet: it found the other road broken first. */
  | "used";

/**
 * What is not listed changes nothing: role B does not know of attempts before they open, and what is said of a link that was given
 * up comes late.
 */
export const TRANSITIONS: Readonly<Record<LaneState, Readonly<Partial<Record<RoadEvent, LaneState>>>>> = {
  closed: { try: "trying", opened: "open" },
  trying: { opened: "open", failed: "closed" },
  open: { silent: "silent", lost: "closed" },
  silent: { opened: "open", back: "open", lost: "closed" },
};

/** What to do. */
export type Action =
  /** Begin an attempt. */
  | { readonly type: "try"; readonly road: Road }
  /** Move the session to the link of this road. */
  | { readonly type: "use"; readonly road: Road }
  /** Close the link of this road. */
  | { readonly type: "leave"; readonly road: Road }
  /** There is no link any more, for now. */
  | { readonly type: "lost" }
  /** There will be none. */
  | { readonly type: "give-up" };

/** One road: its state, and when it is to be tried. */
export class Lane {
  state: LaneState = "closed";
  due: number | null = null;
  /** In a row, links that were lost at once among them. */
  failures = 0;
  /** When the last link opened. */
  since = 0;

  /** There is a link. */
  get stands(): boolean {
    return this.state === "open" || this.state === "silent";
  }

  /** Something happened; gives the state before. */
  happened(event: RoadEvent): LaneState {
    const before = this.state;
    this.state = TRANSITIONS[before][event] ?? before;
    return before;
  }
}
