/** What goes on in this page: shares and fetches, whether they are on the screen or not. */

import type { ContactInfo, Fetch, Publication, Share, Target, TransferState } from "../app/model.ts";
import type { FoundFile, LibraryInfo } from "../directory/answers.ts";
import { isRunning } from "./describe.ts";

/** Something this page shares; `again` asks for a new code for the same things. */
export interface ShareActivity {
  readonly kind: "share";
  readonly share: Share;
  /** The contact to whom it is sent, where there is no code. */
  readonly to?: ContactInfo;
  again(): void;
  /** Goes on to a code with the same, where there is none. */
  withCode?(): void;
}

/** Something this page fetches; `again` tries the same code once more. */
export interface FetchActivity {
  readonly kind: "fetch";
  /** As it was given; empty where there is none. */
  readonly code: string;
  /** Whether it was found in the directory. */
  readonly isFound: boolean;
  /** The file, or whose folder it is, if it was found. */
  readonly file?: FoundFile;
  readonly library?: LibraryInfo;
  /** The contact who has called to send it, if so. */
  readonly caller?: ContactInfo;
  /** Where it goes, if that was chosen before its view opened. */
  readonly target?: Target | null;
  readonly fetch: Fetch;
  again(): void;
}

/** A folder that this page publishes. */
export interface LibraryActivity {
  readonly kind: "library";
  readonly library: Publication;
  /** Where its files come from, if that can be read again. */
  readonly folder: FileSystemDirectoryHandle | null;
  /** Publishes the same once more. */
  again(): void;
}

export type Activity = ShareActivity | FetchActivity | LibraryActivity;

/** What is given to others. */
export function givenBy(activity: ShareActivity | LibraryActivity): Share | Publication {
  return activity.kind === "share" ? activity.share : activity.library;
}

/** Whether something would be lost with the page: a code that waits, a library that is published, or a transfer that runs. */
export function wouldBeLost(activity: Activity): boolean {
  if (activity.kind === "fetch") return isRunning(activity.fetch.state.value);
  const { state, receivers } = givenBy(activity);
  return state.value.kind === "open" || state.value.kind === "opening" || receivers.value.some((each) => isRunning(each.state.value));
}

/** States of all transfers of this page. */
export function transfersOf(activities: readonly Activity[]): readonly TransferState[] {
  return activities.flatMap((each) => (each.kind === "fetch" ? [each.fetch.state.value] : givenBy(each).receivers.value.map((one) => one.state.value)));
}
