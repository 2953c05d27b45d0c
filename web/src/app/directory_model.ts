/** What the engine offers of the directory: what others publish, and what this page does. See model.ts. */

import type { FolderContents, FoundFile, FoundFiles, LibraryInfo, People } from "../directory/answers.ts";
import type { Stage } from "../directory/enquiry.ts";
import type { Query } from "../directory/query.ts";
import type { Complaint, Subject } from "../directory/reporting.ts";
import type { Fetch, Person, Problem, Receiver, Watchable } from "./model.ts";

/** An enquiry at the directory, as far as it is answered. */
export interface Enquired<A> {
  readonly stage: Stage;
  /** What is there so far; `isCurrent` says whether it is what was asked for last. */
  readonly answer: A | null;
  readonly isCurrent: boolean;
  readonly problem: Problem | null;
}

/** Something that is asked again and again, as a person types or looks further. */
export interface Enquiring<Q, A> {
  readonly state: Watchable<Enquired<A>>;
  /** Asks for this instead, or for nothing any more. */
  want(query: Q | null): void;
  /** Asks for more of the same. */
  more(): void;
}

/** A folder of a library. */
export interface Place {
  readonly library: LibraryInfo;
  /** Names with `/` between them; empty for the top. */
  readonly path: string;
}

/** Where somebody looks around: in the sealed space of this name, at what contacts share with theirs (CONTACTS), or, null, at what is published to everybody. */
export interface Around {
  readonly space: string | null;
}

/** What others publish at this server. */
export interface Directory {
  /** Whether the server keeps a directory; null while that is not known. */
  readonly isThere: Watchable<boolean | null>;
  search(): Enquiring<Query, FoundFiles>;
  /** Who is here, or in a space. */
  people(): Enquiring<Around, People>;
  browse(): Enquiring<Place, FolderContents>;
  /** Fetches a file from all who have it. */
  fetchFile(file: FoundFile): Fetch;
  /** Fetches all that is in a folder of a library. */
  fetchFolder(place: Place): Fetch;
  /** Tells the operator of the server; throws PeerError, with words for the person. */
  report(subject: Subject, complaint: Complaint): Promise<void>;
  /** What the operator was told of by this page, by key: once is enough. */
  readonly reported: Watchable<ReadonlySet<string>>;
}

/** A file to be published, with its path in the library. */
export interface PublicItem {
  readonly path: string;
  readonly file: File;
}

/** For whom a library is: everybody at the server, this page's contacts, or the members of the sealed space of this name. */
export type Audience = { readonly kind: "everyone" } | { readonly kind: "contacts" } | { readonly kind: "space"; readonly space: string };

/** What a library is called, for whom it is, and whether its owner is asked about each request. */
export interface LibraryOptions {
  readonly to: Audience;
  readonly name: string;
  readonly description: string;
  readonly asks: boolean;
}

/** How far a library is published: `hashed` of its files could be read so far, `told` of them can be found, `left` cannot. */
export interface PublishedFiles {
  readonly hashed: number;
  readonly told: number;
  readonly left: number;
  readonly isWhole: boolean;
}

export type PublicationState =
  | { readonly kind: "opening" }
  | ({ readonly kind: "open" } & PublishedFiles)
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly problem: Problem };

/** Somebody wants something of a library whose owner is asked. */
export interface LibraryRequest {
  readonly key: string;
  readonly person: Person;
  readonly title: string;
  readonly files: number;
  readonly bytes: number;
  readonly why: string;
  answer(isAllowed: boolean): void;
}

/** A folder that this page publishes for as long as it is open. */
export interface Publication {
  readonly name: string;
  readonly to: Audience;
  readonly files: number;
  readonly bytes: number;
  readonly state: Watchable<PublicationState>;
  readonly requests: Watchable<readonly LibraryRequest[]>;
  readonly receivers: Watchable<readonly Receiver[]>;
  readonly limit: Watchable<number | null>;
  setLimit(rate: number | null): void;
  /** This is there now; gives whether anything has changed. */
  update(files: readonly PublicItem[]): boolean;
  /** Takes it out of the directory, and ends every transfer. */
  stop(): void;
}
