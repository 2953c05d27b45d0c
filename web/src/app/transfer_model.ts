/** What the engine offers of one transfer, sent or fetched: how far it is, over which path, and what went wrong. See model.ts. */

import type { ConnectionReport } from "../gen/peer.ts";
import type { Person } from "./model.ts";

/** How two peers are connected: same machine, same network, through NATs over the Internet, or over a relay. */
export interface PathInfo {
  readonly scope: "machine" | "network" | "internet" | "relay";
  readonly way: string;
  readonly local: string;
  readonly remote: string;
}

/** Something ended or went wrong: `message` says what and what to do, for the person reading it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly retry: boolean;
}

/** Bytes and files verified and stored so far; `rate` in bytes a second, `left` in seconds, null while unknown. */
export interface ProgressInfo {
  readonly bytes: number;
  readonly total: number;
  readonly files: number;
  readonly rate: number | null;
  readonly left: number | null;
}

/** Life of one transfer as its person sees it. */
export type TransferPhase =
  | "meeting" // proving the code to each other
  | "connecting" // looking for a path
  | "asking" // the receiver is looking at the offer
  | "moving"
  | "paused"
  | "reconnecting" // the path broke; it heals by itself
  | "done"
  | "failed";

export interface TransferState {
  readonly phase: TransferPhase;
  readonly person: Person | null;
  readonly path: PathInfo | null;
  /** The last attempt to connect, whether a link came of it or not. */
  readonly report: ConnectionReport | null;
  readonly progress: ProgressInfo;
  readonly pausedBy: "me" | "them" | null;
  readonly problem: Problem | null;
  /** Files that could not be sent or stored; the others arrived. */
  readonly lost: readonly { readonly path: string; readonly message: string }[];
}
