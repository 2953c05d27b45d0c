/**
 * What the engine offers to the user interface: immutable snapshots and a way to watch them. No DOM, no WebRTC.
 * The engine (app/engine.ts) makes these; the interface (ui/) shows them and calls the actions. Neither knows more of the other.
 */

import type { Findings } from "../check/findings.ts";
import type { ConnectionReport } from "../gen/peer.ts";
import type { Contacts } from "./contacts_model.ts";
import type { Directory, LibraryOptions, Publication, PublicItem } from "./directory_model.ts";
import type { Handed, HandedShare, Handing } from "./handing_model.ts";
import type { Invitation, Spaces } from "./spaces_model.ts";

export type * from "./contacts_model.ts";
export type * from "./directory_model.ts";
export type * from "./handing_model.ts";
export type * from "./spaces_model.ts";

/** A value that changes over time; `watch` calls back at once with the present value and after each change. */
export interface Watchable<T> {
  readonly value: T;
  watch(callback: (value: T) => void): () => void;
}

/** How this page and the server stand: `away` heals by itself (in `retryIn` seconds), `refused` does not. */
export type ServerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "online" }
  | { readonly kind: "away"; readonly retryIn: number }
  | { readonly kind: "refused"; readonly message: string; readonly reason: "access-word" | "not-admitted" | "other" };

/** Two words for a peer, its id, and the name it calls itself ("" if none). Names are claims, ids are proven. */
export interface Person {
  readonly id: string;
  readonly short: string;
  readonly name: string;
  /** Who serves it in its name, as it has signed. */
  readonly by?: Person;
}

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

/** Where received files go; `download` is a streamed download, `folder` and `file` are handles the person picked. */
export type Target = "download" | "folder" | "file";

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

export type CheckState =
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly findings: Findings }
  | { readonly kind: "failed"; readonly message: string };

/** A look at the network that this page is in. */
export interface Check {
  readonly state: Watchable<CheckState>;
}

/** The engine. */
export interface Engine {
  readonly directory: Directory;
  readonly contacts: Contacts;
  readonly spaces: Spaces;
  readonly handed: Handed;
  readonly me: Person;
  readonly server: Watchable<ServerState>;
  share(items: readonly ShareItem[], options: ShareOptions): Share;
  shareText(text: string, options: ShareOptions): Share;
  /** Throws a CodeProblem (an Error whose message is for the person) if the text cannot be a code. */
  fetch(code: string): Fetch;
  /** Publishes files at the server; the paths are those in the library. */
  publish(files: readonly PublicItem[], options: LibraryOptions): Publication;
  /** Finds out which ways of connecting are open here; connects to nobody. */
  check(): Check;
  /** What the person calls this peer; shown to the other side, for as long as this page is open. */
  setName(name: string): void;
  /** The access word of the server, which has refused this page without it. */
  admit(word: string): void;
}
