/**
 * Life of one link: from the first description to the end, with what to do when its path breaks (docs/protocol.md, "Links").
 * Pure.
 */

/** Not open yet; the same, with little hope; open; open, but its path gives no answer; over. */
export type Life = "connecting" | "hopeless" | "open" | "interrupted" | "over";

export type LifeEvent =
  /** The data channel opened: a byte has made the round trip. */
  | "opened"
  /** As far as can be told nothing will come of it (hope.ts). */
  | "lost-hope"
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
  /** Tell that no link comes of it, and stay open to one that comes late. */
  | "despair"
  /** Look for a path anew (ICE restart, RFC 8445, section 9), while what there is stays. */
  | "restart"
  /** The same, and tell that nothing gets through meanwhile. */
  | "interrupt"
  /** It gets through again. */
  | "recover"
  /** No link came of it: tell that, and let go. */
  | "give-up"
  /** No link came of it, as was told already: let go. */
  | "drop"
  /** The link is lost. */
  | "lose";

/** What is not listed changes nothing. */
export const LIFE: Readonly<Record<Life, Readonly<Partial<Record<LifeEvent, readonly [Life, LifeAction]>>>>> = {
  connecting: {
    opened: ["open", "announce"],
    "lost-hope": ["hopeless", "despair"],
    moved: ["connecting", "restart"],
    failed: ["over", "give-up"],
    late: ["over", "give-up"],
    closed: ["over", "give-up"],
  },
  hopeless: {
    opened: ["open", "announce"],
    moved: ["hopeless", "restart"],
    failed: ["over", "drop"],
    late: ["over", "drop"],
    closed: ["over", "drop"],
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
  /** ICE is told hopeless long before; the rest is for DTLS and SCTP on a bad path. The same as pypeer's. */
  connecting: 15,
  /** A person may have to answer a question of a firewall. Whoever makes the attempts begins another one sooner. */
  hopeless: 30,
  /** docs/protocol.md, "Links": by then a new link is the better way. */
  interrupted: 15,
};
