/** The directory of this page's server: what others publish there, and how it is fetched. */

import { askedName, type FolderContents, type FoundFile, type FoundFiles, type LibraryInfo, type People, withHits, withListed, withPeople } from "../directory/answers.ts";
import { type Complaint, flagsOf, type Subject } from "../directory/reporting.ts";
import { otherwise, type Query, type Terms, termsOf } from "../directory/query.ts";
import { CAP_DIRECTORY } from "../gen/signaling_constants.ts";
import type { Want } from "../gen/peer.ts";
import { PeerError } from "../errors.ts";
import { CONTACTS } from "../spaces/space.ts";
import { Cell } from "./cell.ts";
import { ContactsDirectory } from "./contacts_directory.ts";
import { Enquirer } from "./enquirer.ts";
import { FetchedOffer } from "./fetch.ts";
import type { Around, Directory, Enquiring, Fetch, Place } from "./model.ts";
import type { Peer } from "./peer.ts";
import { SpaceDirectory } from "./space_directory.ts";
import { byLibrary, type Way } from "./ways.ts";

/** What there is in a sealed space, or in those of contacts. */
type Sealed = Pick<SpaceDirectory, "search" | "people" | "browse" | "password">;

/** How long a person is still before their words are looked for, in seconds: longer than between two keys, shorter than a wait is felt. */
const TYPING_S = 0.15;

export class PageDirectory implements Directory {
  readonly isThere = new Cell<boolean | null>(null);
  readonly reported = new Cell<ReadonlySet<string>>(new Set());
  readonly #peer: Peer;
  /** Sealed spaces that were looked into. */
  readonly #spaces = new Map<string, SpaceDirectory>();
  readonly #contacts: ContactsDirectory;

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#contacts = new ContactsDirectory(peer);
  }

  /** What the server can do is known, perhaps anew. */
  signedIn(): void {
    const isThere = this.#peer.client.caps.includes(CAP_DIRECTORY);
    if (isThere !== this.isThere.value) this.isThere.set(isThere);
  }

  search(): Enquiring<Query, FoundFiles> {
    return new Enquirer<Query, FoundFiles>((query, before) => this.#search(query, before), this.#peer.timer, TYPING_S);
  }

  people(): Enquiring<Around, People> {
    return new Enquirer<Around, People>((around, before) => this.#people(around, before), this.#peer.timer, 0);
  }

  browse(): Enquiring<Place, FolderContents> {
    return new Enquirer<Place, FolderContents>((place, before) => this.#browse(place, before), this.#peer.timer, 0);
  }

  fetchFile(file: FoundFile): Fetch {
    const fetch = new FetchedOffer(this.#peer, this.#waysTo(file, file.sources), { root: file.root, size: file.size });
    if (file.count === 1) void this.#findOthers(fetch, file);
    return fetch;
  }

  fetchFolder({ library, path }: Place): Fetch {
    return new FetchedOffer(this.#peer, [this.#wayTo(library, { t: "want", folder: path })]);
  }

  /** A library that has gone meanwhile is no matter while another has it. */
  async report(subject: Subject, complaint: Complaint): Promise<void> {
    let problem: unknown = null;
    let isTold = false;
    for (const flag of flagsOf(subject, complaint)) {
      await this.#peer.client.ask(flag).then(() => (isTold = true), (error: unknown) => (problem = error));
      if (problem instanceof PeerError && problem.code !== "unknown-library") break;
    }
    if (!isTold) throw problem;
    this.reported.set(new Set([...this.reported.value, subject.key]));
  }

  async #search(query: Query, before: FoundFiles | null): Promise<FoundFiles> {
    return this.#find(termsOf(query) ?? { t: "search" }, query.space, before);
  }

  async #find(terms: Terms, space: string | null, before: FoundFiles | null): Promise<FoundFiles> {
    if (space !== null) return this.#within(space).search(terms, before);
    const found = withHits(before, await this.#peer.client.ask(before === null ? terms : { ...terms, skip: before.told }));
    const handle = before === null && found.files.length === 0 ? otherwise(terms) : null;
    return handle === null ? found : withHits(null, await this.#peer.client.ask(handle));
  }

  async #people({ space }: Around, before: People | null): Promise<People> {
    if (space !== null) return this.#within(space).people(before);
    const last = before?.libraries.at(-1)?.library;
    return withPeople(before, await this.#peer.client.ask(last === undefined ? { t: "peers" } : { t: "peers", after: last }));
  }

  async #browse({ library, path }: Place, before: FolderContents | null): Promise<FolderContents> {
    if (library.space !== undefined) return this.#within(library.space).browse(library, path);
    const { last = "" } = before ?? {};
    return withListed(before, await this.#peer.client.ask({ t: "browse", library: library.library, path, after: last }), library, path);
  }

  /** Whoever else has it helps; that nobody does, or that it is not found out, is no matter. */
  async #findOthers(fetch: FetchedOffer, file: FoundFile): Promise<void> {
    try {
      const { files } = await this.#find({ t: "search", handle: file.handle }, file.sources[0]?.space ?? null, null);
      const others = files.filter(({ root }) => root === file.root).flatMap(({ sources }) => sources);
      for (const way of this.#waysTo(file, others)) if (!way.asksFirst) fetch.join(way);
    } catch {
      // it is fetched from those who are known
    }
  }

  /** To those who have this file. Whose person would have to be asked is left in peace while somebody else gives it freely. */
  #waysTo({ root, name }: FoundFile, sources: readonly LibraryInfo[]): readonly Way[] {
    const free = sources.filter(({ asks }) => !asks);
    return (free.length > 0 ? free : sources).map((library) => this.#wayTo(library, { t: "want", files: [{ root, name: askedName(name) }] }));
  }

  #wayTo(info: LibraryInfo, want: Want): Way {
    const { library, owner, asks, space } = info;
    const address = { library, owner: owner.id, asks };
    if (space === undefined) return byLibrary(address, want);
    try {
      return byLibrary({ ...address, password: this.#within(space).password(info) }, want);
    } catch (error) {
      return { ...byLibrary(address, want), request: () => Promise.reject(error as PeerError) };
    }
  }

  /** A space of this browser, or those of its contacts; throws PeerError if it was left. */
  #within(name: string): Sealed {
    if (name === CONTACTS) return this.#contacts;
    const space = this.#peer.spaceBook.named(name);
    if (space === null) throw new PeerError("no-space", "You have left this space. Ask a member for a new link.", false);
    const known = this.#spaces.get(name);
    if (known?.space === space) return known;
    const made = new SpaceDirectory(this.#peer.client, space);
    this.#spaces.set(name, made);
    return made;
  }
}
