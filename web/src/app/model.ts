/**
 * What the engine offers to the user interface: immutable snapshots and a way to watch them. No DOM, no WebRTC.
 * The engine (app/engine.ts) makes these; the interface (ui/) shows them and calls the actions. Neither knows more of the other.
 */

import type { Findings } from "../check/findings.ts";
import type { ServerState } from "../signaling/client.ts";
import type { Contacts } from "./contacts_model.ts";
import type { Directory, LibraryOptions, Publication, PublicItem } from "./directory_model.ts";
import type { Fetch } from "./fetch_model.ts";
import type { Handed } from "./handing_model.ts";
import type { Share, ShareItem, ShareOptions } from "./share_model.ts";
import type { Spaces } from "./spaces_model.ts";

export type * from "./contacts_model.ts";
export type * from "./directory_model.ts";
export type * from "./fetch_model.ts";
export type * from "./handing_model.ts";
export type * from "./share_model.ts";
export type * from "./spaces_model.ts";
export type * from "./transfer_model.ts";
export type { ServerState };

/** A value that changes over time; `watch` calls back at once with the present value and after each change. */
export interface Watchable<T> {
  readonly value: T;
  watch(callback: (value: T) => void): () => void;
}

/** Two words for a peer, its id, and the name it calls itself ("" if none). Names are claims, ids are proven. */
export interface Person {
  readonly id: string;
  readonly short: string;
  readonly name: string;
  /** Who serves it in its name, as it has signed. */
  readonly by?: Person;
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
