/** What the engine offers of sharing: something under one code, and whoever comes for it. See model.ts. */

import type { Handing, HandedShare, Problem, TransferState, Watchable } from "./model.ts";

/** One receiver of a share. */
export interface Receiver {
  readonly key: string;
  readonly state: Watchable<TransferState>;
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** A file, or an empty folder, to be shared, with its path inside the share. */
export interface ShareItem {
  readonly path: string;
  readonly file: File | null;
}

export interface ShareOptions {
  /** The code ends after one complete transfer. */
  readonly once: boolean;
  /** Seconds until the code ends; null for the server's default. */
  readonly expires: number | null;
}

export interface ShareSummary {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  readonly title: string;
  readonly text: boolean;
}

export type ShareState =
  | { readonly kind: "opening" }
  /** Waiting for receivers, or serving them. `guesses` counts wrong words tried. `until` is a Date.now() time. */
  | { readonly kind: "open"; readonly code: string; readonly link: string; readonly until: number; readonly guesses: number }
  /** No new receivers; running transfers go on. Of something sent to a contact: the contact was reached. */
  | { readonly kind: "closed"; readonly reason: "used" | "expired" | "burned" | "stopped" | "called" }
  /** A contact serves it from now on, until then. */
  | { readonly kind: "handed"; readonly share: HandedShare }
  | { readonly kind: "failed"; readonly problem: Problem };

/** Something this page shares under one code, with a receiver for each person who came. */
export interface Share {
  readonly summary: ShareSummary;
  readonly state: Watchable<ShareState>;
  readonly receivers: Watchable<readonly Receiver[]>;
  /** Bytes a second that all receivers together get at most; null for as fast as it goes. */
  readonly limit: Watchable<number | null>;
  setLimit(rate: number | null): void;
  /** Lets a contact go on with it, where there is a code. */
  readonly handing?: Handing;
  /** Ends the code and every transfer. */
  stop(): void;
}
