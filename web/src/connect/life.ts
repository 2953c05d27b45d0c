/**
 * Life of one link: from the first description to the end, with what to do when its path breaks (docs/protocol.md, "Links").
 * Pure.
 */

/** Not open yet; open; open, but its path gives no answer; over. */
export type Life = "connecting" | "open" | "interrupted" | "over";

export type LifeEvent =
  /** The data channel opened: a byte has made the round trip. */
  | "opened"
  /** The stack has a path (again), gets no answer on it, or has given it up (RTCPeerConnectionState, WebRTC 1.0, section 4.3.3). */
  | "connected"
  | "disconnected"
  | "failed"
  /** This machine changed its network. */
  | "moved"
  /** The time of the present state is over. */
  | "late"
  /** The channel closed, a description could not be used, or a newer link takes its place. */
  | "closed";

export type LifeAction =
  /** It is a link now. */
  | "announce"
  /** Look for a path anew (ICE restart, RFC 8445, section 9), while what there is stays. */
  | "restart"
  /** The same, and tell that nothing gets through meanwhile. */
  | "interrupt"
  /** It gets through again. */
  | "recover"
  /** No link came of it. */
  | "give-up"
  /** The link is lost. */
  | "lose";

/** What is not listed changes nothing. */
export const LIFE: Readonly<Record<Life, Readonly<Partial<Record<LifeEvent, readonly [Life, LifeAction]>>>>> = {
  connecting: {
    opened: ["open", "announce"],
    moved: ["connecting", "restart"],
    failed: ["over", "give-up"],
    late: ["over", "give-up"],
    closed: ["over", "give-up"],
  },
  open: {
    disconnected: ["interrupted", "interrupt"],
    failed: ["interrupted", "interrupt"],
    moved: ["open", "restart"],
    closed: ["over", "lose"],
  },
  interrupted: {
    connected: ["open", "recover"],
    failed: ["interrupted", "restart"],
    moved: ["interrupted", "restart"],
    late: ["over", "lose"],
    closed: ["over", "lose"],
  },
  over: {},
};

/** How long a state may last, in seconds; others for ever. */
export const LIFE_S: Readonly<Partial<Record<Life, number>>> = {
  /** ICE checks of a hopeless pair go on for longer than a person waits. */
  connecting: 30,
  /** docs/protocol.md, "Links": by then a new link is the better way. */
  interrupted: 15,
};
