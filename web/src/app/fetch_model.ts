/** What the engine offers of fetching: what is offered, what of it is wanted, and where it goes. See model.ts. */

import type { Target } from "../sinks/sink.ts";
import type { Invitation, Person, ShareSummary, TransferState, Watchable } from "./model.ts";

export type { Target };

/** A file of an offer, with a name that is safe to show and to store. */
export interface OfferedEntry {
  readonly index: number;
  readonly path: string;
  readonly size: number;
  readonly folder: boolean;
}

export interface OfferInfo extends ShareSummary {
  readonly from: Person;
  readonly entries: readonly OfferedEntry[];
  /** The text itself, once it arrived, if the offer is one. */
  readonly content: string | null;
  /** Bytes that are kept in this browser from an earlier visit. */
  readonly kept: number;
}

/** What a person wants of an offer, beside where it goes. */
export interface Wishes {
  /** Keep what arrives in this browser until all of it is there: it goes on after the page was closed. */
  readonly keep?: boolean;
  /** Entries that are not wanted, by index; `rest` says whether those are that are not listed yet. */
  readonly without?: ReadonlySet<number>;
  readonly rest?: boolean;
  /** Bytes a second at most. */
  readonly limit?: number | null;
}

/** One of those who send what is fetched. */
export interface SenderInfo {
  readonly key: string;
  readonly state: Watchable<TransferState>;
}

/** What is shown of a file that a person looks at: in a frame of its own, or as text. */
export type Looked =
  | { readonly kind: "picture" | "audio" | "video"; readonly frame: string }
  | { readonly kind: "text"; readonly text: string };

/** Something this page fetches by a code. */
export interface Fetch {
  readonly state: Watchable<TransferState>;
  readonly offer: Watchable<OfferInfo | null>;
  /** What the code leads to instead, if it is an invitation to a sealed space; `decline` turns it down. */
  readonly invitation: Watchable<Invitation | null>;
  /** Targets this browser can offer for this offer, best first. */
  targets(): readonly Target[];
  /** Must be called from a click or key press: browsers ask for a place only then. Resolves false if the person closed the dialogue. */
  accept(target: Target, wishes?: Wishes): Promise<boolean>;
  /** Whether it is a file that can be looked at here. */
  readonly canLook: boolean;
  /** Whether it is one that could be looked at if it were smaller. */
  readonly isTooLargeToLook: boolean;
  /** Fetches it to be looked at: it is in this page only, until it is saved. Resolves false if that is not possible. */
  look(): Promise<boolean>;
  /** What there is to look at; null if nobody does. */
  readonly looked: Watchable<Looked | null>;
  /** Saves what was looked at, once all of it is there; rejects with words for the person. */
  save(): Promise<void>;
  /** Whether this browser can keep what arrives, so that it goes on after the page was closed. */
  readonly canKeep: boolean;
  /** Whether what goes there can come in another order: a download is written from its beginning to its end. */
  readonly canPrefer: boolean;
  /** Files that are fetched first from now on, the latest first, by index. */
  readonly preferred: Watchable<readonly number[]>;
  /** From now on, this file comes before the others. */
  prefer(index: number): void;
  /** Whether all who could send it ask their person first, which may take minutes. */
  readonly waitsForOwner: boolean;
  /** Who sends it: one, and whoever was added. */
  readonly senders: Watchable<readonly SenderInfo[]>;
  /** Fetches from another sender of the same, too. Throws a CodeProblem (an Error whose message is for the person) if the text cannot be a code, or is one that is here already. */
  add(code: string): void;
  decline(): void;
  pause(): void;
  resume(): void;
  cancel(): void;
}
