/** What the engine offers of handing over what is shared to a contact, which goes on serving it. See model.ts. */

import type { Person, Problem, ProgressInfo, Watchable } from "./model.ts";

/** How far it is; the code stays with this page until it is `done`. */
export type HandingState =
  | { readonly kind: "calling" }
  | { readonly kind: "copying"; readonly progress: ProgressInfo }
  /** All is there: its manifest is signed, and the code moves. */
  | { readonly kind: "moving" }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: Problem };

/** Something is handed over to this contact. */
export interface HandOver {
  readonly to: Person;
  readonly state: Watchable<HandingState>;
  cancel(): void;
}

/** Of one share. */
export interface Handing {
  /** What was last begun; null before. */
  readonly current: Watchable<HandOver | null>;
  /** Whether the server lets a code move. */
  readonly isPossible: boolean;
  /** Lets the contact of this id serve it for so many seconds. */
  begin(contact: string, seconds: number): void;
}

/** Something that a contact serves in our name. */
export interface HandedShare {
  /** The locator of its code. */
  readonly locator: string;
  readonly title: string;
  readonly code: string;
  readonly link: string;
  readonly by: Person;
  /** As Date.now() has it. */
  readonly until: number;
}

/** All that is served in our name, also from earlier visits. */
export interface Handed {
  readonly list: Watchable<readonly HandedShare[]>;
  /** Takes the code back, and ends it: the server tells who serves it. Rejects with PeerError. */
  stop(share: HandedShare): Promise<void>;
}
