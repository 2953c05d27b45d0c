/** A sealed space at this page's server, as a member asks it. Twin of pypeer/spaces/directory.py. */

import type { FolderContents, FoundFiles, LibraryInfo, People } from "../directory/answers.ts";
import { otherwise, type Terms } from "../directory/query.ts";
import { PeerError } from "../errors.ts";
import type { SealedItem } from "../gen/signaling.ts";
import { SEARCH_HITS_MAX, SEARCH_SKIP_MAX } from "../gen/signaling_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { SignalingClient } from "../signaling/client.ts";
import { groups } from "../spaces/blinding.ts";
import type { SealedFile } from "../spaces/boxes.ts";
import { SpaceKeys } from "../spaces/keys.ts";
import { type Ranked, Reader, type Sought } from "../spaces/opened.ts";
import type { Space } from "../spaces/space.ts";
import { inside } from "../spaces/tree.ts";

/** Hits that are looked at before the best are shown: which those are is known only to who opens them. */
const BATCH = 4 * SEARCH_HITS_MAX;

type Client = Pick<SignalingClient, "ask">;

/** Whose libraries are in a space, and nobody else's: a public key, and what our person calls its owner. */
export interface Owner {
  readonly key: Bytes;
  readonly name: string;
}

export class SpaceDirectory {
  readonly space: Space;
  readonly #client: Client;
  readonly #keys: SpaceKeys;
  readonly #tag: string;
  readonly #owner: Owner | null;
  readonly #reader: Reader;
  /** The library that is looked through, and all that is in it. */
  #open: { readonly library: string; readonly files: readonly SealedFile[] } | null = null;

  /** `owner` is told where all members but one are readers. */
  constructor(client: Client, space: Space, owner: Owner | null = null) {
    this.space = space;
    this.#client = client;
    this.#keys = new SpaceKeys(space.key);
    this.#tag = this.#keys.tag;
    this.#owner = owner;
    this.#reader = new Reader(this.#keys, owner?.key ?? null);
  }

  /** What the key exchange is fed with where this library is asked. */
  password({ library }: Pick<LibraryInfo, "library">): string {
    return this.#keys.password(library);
  }

  /** What is looked for; what it is narrowed down to, the server is not told. */
  async search(terms: Terms, before: FoundFiles | null): Promise<FoundFiles> {
    const found = await this.#search(terms, before);
    const handle = before === null && found.files.length === 0 ? otherwise(terms) : null;
    return handle === null ? found : this.#search(handle, null);
  }

  async people(before: People | null): Promise<People> {
    const last = before?.libraries.at(-1)?.library;
    const { libraries = [], more = false } = await this.#client.ask({ t: "sealed-peers", space: this.#tag, ...(last === undefined ? {} : { after: last }) });
    const opened = (await this.#reader.libraries(libraries)).map((each) => this.#ofHere(each));
    return { libraries: [...(before?.libraries ?? []), ...opened], more: more && opened.length > 0 };
  }

  /** All that is in a folder of a library; rejects with PeerError if the library is not there any more. */
  async browse(library: LibraryInfo, path: string): Promise<FolderContents> {
    if (path === "" || this.#open?.library !== library.library) this.#open = { library: library.library, files: await this.#files(library.library) };
    return inside(this.#open.files, library, path);
  }

  async #search({ t: _, ...sought }: Terms, before: FoundFiles | null): Promise<FoundFiles> {
    const asked = this.#asked(sought);
    const ranked: Ranked[] = [];
    let told = before?.told ?? 0;
    let more = asked !== null;
    while (more && (ranked.length === 0 || told % BATCH !== 0)) {
      const answer = await this.#client.ask({ t: "sealed-search", space: this.#tag, ...asked, skip: told, limit: SEARCH_HITS_MAX });
      ranked.push(...(await this.#reader.found(answer, sought)));
      told += SEARCH_HITS_MAX;
      more = answer.more === true && told <= SEARCH_SKIP_MAX;
    }
    return { files: this.#best(ranked, before), told, more };
  }

  /** A file that moved from one page to the next is shown once. */
  #best(ranked: readonly Ranked[], before: FoundFiles | null): FoundFiles["files"] {
    const shown = before?.files ?? [];
    const best = [...ranked].sort((one, other) => one.order - other.order).map(({ file }) => ({ ...file, sources: file.sources.map((each) => this.#ofHere(each)) }));
    return [...new Map([...shown, ...best].map((file) => [file.root, file])).values()];
  }

  #asked({ words, handle }: Sought): { readonly tag: string } | { readonly words: string[][] } | null {
    if (handle != null) return { tag: this.#keys.fileTag(handle) };
    const asked = groups(this.#keys, words ?? "");
    return asked.length === 0 ? null : { words: asked };
  }

  /** Boxes open only with the key of who has published the library, which is told with it. */
  async #files(library: string): Promise<readonly SealedFile[]> {
    for (let people: People | null = null; !this.#reader.knows(library); ) {
      people = await this.people(people);
      if (!people.more && !this.#reader.knows(library)) throw new PeerError("unknown-library", "this library is not there, or is another session's: search again", false);
    }
    const files: SealedFile[] = [];
    for (let after = 0, more = true; more; ) {
      const answer = await this.#client.ask({ t: "sealed-browse", space: this.#tag, library, after });
      const items = (answer.files ?? []) as readonly SealedItem[] as readonly [number, string][];
      files.push(...(await this.#reader.files(library, items.map(([, box]) => box))));
      const last = items.at(-1)?.[0] ?? after;
      more = answer.more === true && last > after;
      after = last;
    }
    return files;
  }

  #ofHere(library: LibraryInfo): LibraryInfo {
    const owner = this.#owner === null ? library.owner : { ...library.owner, name: this.#owner.name };
    return { ...library, owner, space: this.space.name };
  }
}
