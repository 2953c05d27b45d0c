/** What the engine offers of sealed spaces: which this browser is in, and becoming a member of others. See model.ts. */

import type { Person, ShareState, Watchable } from "./model.ts";

/** Somebody invites, by a code, to a space. */
export interface Invitation {
  readonly space: string;
  readonly from: Person;
  /** Becomes a member; gives what the space is called here. Throws an Error whose message is for the person. */
  join(): string;
}

/** An invitation that this page has out: a code that waits, and who has become a member by it. */
export interface Inviting {
  readonly state: Watchable<ShareState>;
  readonly members: Watchable<readonly Person[]>;
  stop(): void;
}

/** Where a link leads, and whether this browser is a member already. */
export interface Invited {
  readonly space: string;
  readonly isKnown: boolean;
}

/** The sealed spaces of this browser, by their names, which are all different. */
export interface Spaces {
  readonly list: Watchable<readonly string[]>;
  /** Makes a space of which nobody else knows; gives what it is called. Throws a CodeProblem (an Error whose message is for the person) for a name that cannot be. */
  create(name: string): string;
  /** Gets a code for one who is to be a member. Throws a CodeProblem if the space was left. */
  invite(name: string): Inviting;
  /** What a link leads to. Throws a CodeProblem (an Error whose message is for the person) if it is none. */
  read(link: string): Invited;
  /** Becomes a member by a link; gives what the space is called here. Throws as `read`. */
  join(link: string): string;
  /** The link that makes others members: a secret. */
  link(name: string): string;
  /** Forgets a space. */
  leave(name: string): void;
}
