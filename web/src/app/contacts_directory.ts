/** What contacts share with theirs, at this page's server: a sealed space of each, looked into as if they were one. After pypeer/spaces/shelves.py. */

import { type Contact, mayCall } from "../contacts/contact.ts";
import type { FolderContents, FoundFiles, LibraryInfo, People } from "../directory/answers.ts";
import type { Terms } from "../directory/query.ts";
import { PeerError } from "../errors.ts";
import { KEY_BOXES } from "../gen/signaling_constants.ts";
import { type Bytes, sameBytes } from "../secure/encoding.ts";
import { merged } from "../spaces/merging.ts";
import { asked, type KeyBox, openedShelves } from "../spaces/shelf.ts";
import { CONTACTS } from "../spaces/space.ts";
import { now } from "../timers/clock.ts";
import type { Peer } from "./peer.ts";
import { SpaceDirectory } from "./space_directory.ts";

/** How long what is known of shelves is good enough for the next letter that is typed, in seconds. */
const FRESH_S = 5;

/** Pages of libraries that are read of one contact: nobody publishes as many, and a server that lies is left alone. */
const PAGES_MAX = 16;

/** The space of one contact. */
interface Shelf {
  readonly key: Bytes;
  readonly directory: SpaceDirectory;
}

export class ContactsDirectory {
  readonly #peer: Pick<Peer, "client" | "contactBook">;
  /** By the ids of their owners. */
  #shelves: ReadonlyMap<string, Shelf> = new Map();
  #looked = -Infinity;
  /** What each has answered, by what was made of it. */
  readonly #answers = new WeakMap<FoundFiles, ReadonlyMap<SpaceDirectory, FoundFiles>>();

  constructor(peer: Pick<Peer, "client" | "contactBook">) {
    this.#peer = peer;
  }

  /** What the key exchange is fed with where this library is asked; throws PeerError if its owner is no contact any more. */
  password(library: LibraryInfo): string {
    return this.#of(library.owner.id).password(library);
  }

  async search(terms: Terms, before: FoundFiles | null): Promise<FoundFiles> {
    if (before === null && now() > this.#looked + FRESH_S) await this.#look();
    const last = before === null ? null : (this.#answers.get(before) ?? new Map<SpaceDirectory, FoundFiles>());
    const asked = last === null ? this.#directories : [...last].filter(([, { more }]) => more).map(([directory]) => directory);
    const answers = new Map(last);
    const fresh = await Promise.all(asked.map(async (directory) => {
      const known = last?.get(directory) ?? null;
      const answer = await directory.search(terms, known);
      answers.set(directory, answer);
      return answer.files.slice(known?.files.length ?? 0);
    }));
    const shown = new Map((before?.files ?? []).map((file) => [file.root, file]));
    const files = [...shown.values(), ...merged(fresh).filter(({ root }) => !shown.has(root))];
    const found = { files, told: files.length, more: [...answers.values()].some(({ more }) => more) };
    this.#answers.set(found, answers);
    return found;
  }

  /** All of them at once: a contact has few libraries. */
  async people(): Promise<People> {
    await this.#look();
    const all = await Promise.all(this.#directories.map(everybodyIn));
    return { libraries: all.flat(), more: false };
  }

  /** All that is in a folder of a library; rejects with PeerError if its owner is no contact any more. */
  async browse(library: LibraryInfo, path: string): Promise<FolderContents> {
    return this.#of(library.owner.id).browse(library, path);
  }

  get #directories(): readonly SpaceDirectory[] {
    return [...this.#shelves].filter(([id]) => this.#isContact(id)).map(([, { directory }]) => directory);
  }

  /** Whom our person removes or blocks is looked at no more, whatever is known of them. */
  #isContact(id: string): boolean {
    const contact = this.#peer.contactBook.find(id);
    return contact !== null && mayCall(contact);
  }

  /** Learns which shelves there are now; what was learned of each stays. */
  async #look(): Promise<void> {
    const whose = asked(this.#peer.contactBook.all.value);
    const tokens = [...whose.keys()];
    const boxes: KeyBox[] = [];
    for (let at = 0; at < tokens.length; at += KEY_BOXES) {
      const { keys = [] } = await this.#peer.client.ask({ t: "keys", tokens: tokens.slice(at, at + KEY_BOXES) });
      boxes.push(...(keys as readonly unknown[] as readonly KeyBox[]));
    }
    const opened = await openedShelves(boxes, whose);
    this.#shelves = new Map([...opened].map(([id, { contact, key }]) => [id, this.#shelf(id, contact, key)]));
    this.#looked = now();
  }

  #shelf(id: string, { key: owner, name }: Contact, key: Bytes): Shelf {
    const known = this.#shelves.get(id);
    if (known !== undefined && sameBytes(known.key, key)) return known;
    return { key, directory: new SpaceDirectory(this.#peer.client, { name: CONTACTS, key, since: 0 }, { key: owner, name }) };
  }

  #of(id: string): SpaceDirectory {
    const shelf = this.#shelves.get(id);
    if (shelf === undefined || !this.#isContact(id)) throw new PeerError("no-space", "This contact shares nothing with you now, or is no contact of yours any more.", false);
    return shelf.directory;
  }
}

async function everybodyIn(directory: SpaceDirectory): Promise<readonly LibraryInfo[]> {
  let people = await directory.people(null);
  for (let page = 1; people.more && page < PAGES_MAX; page += 1) people = await directory.people(people);
  return people.libraries;
}
