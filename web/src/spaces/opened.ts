/**
 * What a server answers about a sealed space, opened: as it would have answered in the open; pure. Twin of pypeer/spaces/opened.py.
 *
 * A server can leave out and repeat, and no more: a box opens for the owner and the purpose for which it was made, the file in it has the
 * tag under which it was found, and matches what was sought. All else is left out.
 */

import { type FoundFile, handleOf, kindOf, type LibraryInfo, withHits, withPeople } from "../directory/answers.ts";
import type { Hit, Kind, SealedFound, SealedHit, SealedShelf, Shelf } from "../gen/signaling.ts";
import { type Bytes, fromBase64url, toBase64url } from "../secure/encoding.ts";
import { peerId } from "../secure/identity.ts";
import { rank } from "./blinding.ts";
import { Boxes, type SealedFile } from "./boxes.ts";
import type { SpaceKeys } from "./keys.ts";

/** What is looked for: by words, or by a handle; the rest narrows it down, and is not told to the server. */
export interface Sought {
  readonly words?: string | null;
  readonly handle?: string | null;
  readonly kind?: Kind | null;
  readonly least?: number | null;
  readonly most?: number | null;
  readonly peer?: string | null;
}

/** A file that was found, and how well it fits, the less the better. */
export interface Ranked {
  readonly order: number;
  readonly file: FoundFile;
}

/** Opens what is of one space. Where that has an `owner`, a public key, what others publish there is left out. */
export class Reader {
  readonly #keys: SpaceKeys;
  readonly #owner: string | null;
  readonly #boxes = new Map<string, Boxes>();
  /** Public keys of those whose libraries were seen, by library. */
  readonly #owners = new Map<string, string>();

  constructor(keys: SpaceKeys, owner: Bytes | null = null) {
    this.#keys = keys;
    this.#owner = owner === null ? null : toBase64url(owner);
  }

  /** Whether a library was seen, so that its files can be opened. */
  knows(library: string): boolean {
    return this.#owners.has(library);
  }

  /** Libraries. */
  async libraries(shelves: readonly SealedShelf[]): Promise<readonly LibraryInfo[]> {
    const opened = await Promise.all(shelves.map((shelf) => this.#shelf(shelf)));
    return withPeople(null, { t: "here", seq: 1, re: 1, libraries: opened.filter((shelf) => shelf !== null) }).libraries;
  }

  async found({ hits = [], libraries = [] }: SealedFound, sought: Sought): Promise<readonly Ranked[]> {
    const shelves = await Promise.all(libraries.map((shelf) => this.#shelf(shelf)));
    const ranked = await Promise.all(hits.map((hit) => this.#hit(hit, libraries, shelves, sought)));
    return ranked.filter((each) => each !== null);
  }

  /** Files of a library that was seen. */
  files(library: string, boxes: readonly string[]): Promise<readonly SealedFile[]> {
    return this.#files(this.#owners.get(library) ?? "", boxes);
  }

  async #files(owner: string, boxes: readonly string[]): Promise<readonly SealedFile[]> {
    const opener = this.#boxesOf(owner);
    const files = await Promise.all(boxes.map((box) => opener?.openFile(box) ?? null));
    return files.filter((file) => file !== null);
  }

  async #shelf({ box, ...shelf }: SealedShelf): Promise<Shelf | null> {
    const isOurs = this.#owner === null || this.#owner === shelf.peer;
    const named = isOurs ? ((await this.#boxesOf(shelf.peer)?.openLibrary(box)) ?? null) : null;
    if (named === null) return null;
    this.#owners.set(shelf.library, shelf.peer);
    return { ...shelf, ...named };
  }

  /** The box is that of the first source. */
  async #hit(hit: SealedHit, sealed: readonly SealedShelf[], shelves: readonly (Shelf | null)[], sought: Sought): Promise<Ranked | null> {
    const first = sealed[hit.sources[0] ?? sealed.length];
    const [file] = first === undefined ? [] : await this.#files(first.peer, [hit.box]);
    const order = file === undefined || !this.#isTagged(file, hit.tag) ? null : orderOf(file, sought);
    if (file === undefined || order === null) return null;
    const sources = hit.sources.map((place) => shelves[place] ?? null).filter((shelf) => shelf !== null && isSought(shelf, sought)) as Shelf[];
    const others = sought.peer == null ? hit.count - hit.sources.length : 0;
    const { name, size, root, folder } = file;
    const told: Hit = { root, name, size, folder, kind: kindOf(name), sources: sources.map((_, at) => at), count: sources.length + Math.max(0, others) };
    const [found] = withHits(null, { t: "found", seq: 1, re: 1, hits: [told], libraries: sources }).files;
    return found === undefined ? null : { order, file: found };
  }

  #isTagged({ root }: SealedFile, tag: string): boolean {
    return this.#keys.fileTag(handleIn(root)) === tag;
  }

  /** Null for a key that is none. */
  #boxesOf(owner: string): Boxes | null {
    const known = this.#boxes.get(owner);
    const key = fromBase64url(owner);
    if (known !== undefined || key === null) return known ?? null;
    const boxes = new Boxes(this.#keys, key);
    this.#boxes.set(owner, boxes);
    return boxes;
  }
}

/** How well a file fits, the less the better; null if it does not. */
function orderOf(file: SealedFile, { words, handle, kind, least, most }: Sought): number | null {
  if (kind != null && kind !== kindOf(file.name)) return null;
  if (file.size < (least ?? 0) || file.size > (most ?? file.size)) return null;
  if (handle == null) return rank(words ?? "", file.folder, file.name);
  return handleIn(file.root) === handle ? 0 : null;
}

function isSought({ peer }: Shelf, sought: Sought): boolean {
  return sought.peer == null || peerId(fromBase64url(peer) as Bytes) === sought.peer;
}

/** Of a root as boxes have it, which were looked at when they were opened. */
function handleIn(root: string): string {
  return handleOf(fromBase64url(root) as Bytes);
}
