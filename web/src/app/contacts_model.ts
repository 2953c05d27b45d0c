/** What the engine offers of contacts: whom this browser has met by a code, who of them calls, and sending to them. See model.ts. */

import type { Change, Standing } from "../contacts/contact.ts";
import type { Fetch, Share, ShareItem, Watchable } from "./model.ts";

/** Somebody who was met by a code. */
export interface ContactInfo {
  readonly id: string;
  /** Two words made from the id, which is proven. */
  readonly short: string;
  /** What our person calls it. */
  readonly name: string;
  readonly standing: Standing;
  /** Names of others that this one's could be taken for, and whether it is written so as to deceive. */
  readonly alike: readonly string[];
  readonly isMixed: boolean;
}

/** A contact calls, and offers something. */
export interface Call {
  readonly key: string;
  readonly contact: ContactInfo;
  /** What it offers, and how it is fetched once it is accepted. */
  readonly fetch: Fetch;
  /** Whether it was taken by the rule that this contact always may send. */
  readonly isTaken: boolean;
}

/** Those whom this browser has met by a code. */
export interface Contacts {
  /** Whether the server lets contacts call each other; null while that is not known. */
  readonly isThere: Watchable<boolean | null>;
  /** In the order of their names. */
  readonly list: Watchable<readonly ContactInfo[]>;
  /** Whether contacts can call, and so learn that this page is open. */
  readonly isReachable: Watchable<boolean>;
  setReachable(isReachable: boolean): void;
  /** Whether those who are met by a code are remembered; else they are forgotten with the page, unless they are made contacts. */
  readonly isRemembering: Watchable<boolean>;
  setRemembering(isRemembering: boolean): void;
  /** Forgets all who were only met. */
  forgetMet(): void;
  /** Those who call and wait for an answer, and those whose call was taken by a rule. Whoever is answered, or gone, is not among them any more. */
  readonly calls: Watchable<readonly Call[]>;
  /** The person has answered: what comes now is told by the fetch alone. */
  answered(call: Call): void;
  change(id: string, change: Change): void;
  /** Makes the name different from all others; an empty one is the two words. */
  rename(id: string, name: string): void;
  remove(id: string): void;
  /** Calls a contact, and sends this if it is taken. Throws PeerError if it cannot be sent at all. */
  send(id: string, items: readonly ShareItem[]): Share;
  sendText(id: string, text: string): Share;
}
