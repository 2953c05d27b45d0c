/** What the directory answers, as the page shows it; pure. Names are claims of others: they are made safe to show, and kept as they are to be asked for. */

import type { Person } from "../app/model.ts";
import type { Mapping } from "../gen/peer.ts";
import type { Found, Here, Hit, Item, Kind, Listing, Reach, Shelf, Subfolder } from "../gen/signaling.ts";
import { KIND_ENDINGS } from "../gen/signaling_constants.ts";
import { shortName } from "../secure/code.ts";
import { fromBase64url, toBase32, toHex } from "../secure/encoding.ts";
import { peerId } from "../secure/identity.ts";
import { printable } from "../transfer/names.ts";

/** Bytes of a root that its handle holds. */
const HANDLE_BYTES = 10;

/** A library, and whose it is as far as the server says. */
export interface LibraryInfo {
  readonly library: string;
  readonly owner: Person;
  readonly name: string;
  readonly description: string;
  /** Whether its owner is asked about each request. */
  readonly asks: boolean;
  readonly reach: Reach | null;
  readonly files: number;
  readonly bytes: number;
  /** Whether all that is in it has been announced. */
  readonly isWhole: boolean;
  /** Whether its owner has lost the connection, and may be back. */
  readonly isAway: boolean;
  /** The sealed space that it is in, by its name; `bytes` are not known there. */
  readonly space?: string;
}

/** A file that can be fetched. */
export interface FoundFile {
  /** Hexadecimal, as between peers. */
  readonly root: string;
  readonly handle: string;
  readonly name: string;
  readonly folder: string;
  readonly size: number;
  readonly kind: Kind;
  /** Who has it, the best to be asked first; `count` says how many there are in all. */
  readonly sources: readonly LibraryInfo[];
  readonly count: number;
}

/** All that was found so far. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Hits that the server has told. */
  readonly told: number;
  readonly more: boolean;
}

/** Who is here, as far as it is known. */
export interface People {
  readonly libraries: readonly LibraryInfo[];
  readonly more: boolean;
}

export interface FolderInfo {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** What is in a folder, as far as it is known. */
export interface FolderContents {
  readonly folders: readonly FolderInfo[];
  readonly files: readonly FoundFile[];
  readonly last: string;
  readonly more: boolean;
}

/** One more page of hits; a file that moved from one page to the next is shown once. */
export function withHits(before: FoundFiles | null, { hits = [], libraries = [], more = false }: Found): FoundFiles {
  const shelves = libraries.map(libraryOf);
  const known = new Set(before?.files.map(({ root }) => root));
  const files = hits.map((hit) => fileOf(hit, shelves)).filter((file): file is FoundFile => file !== null && !known.has(file.root));
  return { files: [...(before?.files ?? []), ...files], told: (before?.told ?? 0) + hits.length, more: more && hits.length > 0 };
}

/** One more page of those who are here. */
export function withPeople(before: People | null, { libraries = [], more = false }: Here): People {
  const shelves = libraries.map(libraryOf).filter((each) => each !== null);
  return { libraries: [...(before?.libraries ?? []), ...shelves], more: more && libraries.length > 0 };
}

/** The library that an address means: of this peer, and of this name if one is named; null if it is not here. */
export function libraryAt(libraries: readonly LibraryInfo[], { peer, library }: { readonly peer: string; readonly library: string | null }): LibraryInfo | null {
  return libraries.find(({ owner, name }) => owner.id === peer && (library === null || name === library)) ?? null;
}

/** One more page of a folder at `path` of this library. */
export function withListed(before: FolderContents | null, { folders = [], files = [], more = false }: Listing, library: LibraryInfo, path: string): FolderContents {
  const inside = (folders as readonly Subfolder[]).map((each) => each as [string, number, number]);
  const items = (files as readonly Item[]).map((each) => each as [string, number, string]);
  const last = items.at(-1)?.[0] ?? inside.at(-1)?.[0] ?? "";
  const listed = items.flatMap(([name, size, root]) => {
    const bytes = fromBase64url(root);
    return bytes === null ? [] : [{ root: toHex(bytes), handle: handleOf(bytes), name, folder: path, size, kind: kindOf(name), sources: [library], count: 1 }];
  });
  return {
    folders: [...(before?.folders ?? []), ...inside.map(([name, count, bytes]) => ({ name, files: count, bytes }))],
    files: [...(before?.files ?? []), ...listed],
    last,
    more: more && last !== "",
  };
}

/** What a file with this name is; as in signaling/protocol/kinds.py. */
export function kindOf(name: string): Kind {
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
  const found = Object.entries(KIND_ENDINGS).find(([, endings]) => (endings as readonly string[]).includes(ending));
  return (found?.[0] ?? "other") as Kind;
}

/** How likely it is that nothing stands between here and there, the best first. */
const REACHES: readonly (Reach | null)[] = ["open", "steady", "varying", null, "blocked"];

/** The best way to any of these, as far as they tell. */
export function bestReach(sources: readonly LibraryInfo[]): Reach | null {
  return REACHES.find((reach) => sources.some((each) => each.reach === reach)) ?? null;
}

/** What it means for others what the NAT of a peer does; null if that is not known. */
export function reachBy(mapping: Mapping): Reach | null {
  const reaches: Readonly<Partial<Record<Mapping, Reach>>> = { none: "open", independent: "steady", sequential: "varying", random: "varying", blocked: "blocked" };
  return reaches[mapping] ?? null;
}

/** The name under which a file is asked for: the same at all who have it, and one name. */
export function askedName(name: string): string {
  return name.replaceAll("/", "_");
}

/** Null where the server names a key that is none. */
function libraryOf(shelf: Shelf): LibraryInfo | null {
  const key = fromBase64url(shelf.peer);
  if (key === null) return null;
  const id = peerId(key);
  const { library, ask = false, reach = null, files = 0, bytes = 0, whole = false, away = false } = shelf;
  return {
    library, owner: { id, short: shortName(id), name: "" }, name: printable(shelf.name), description: printable(shelf.description ?? ""), asks: ask, reach, files, bytes, isWhole: whole, isAway: away,
  };
}

function fileOf({ root, name, size, kind, folder = "", sources, count }: Hit, shelves: readonly (LibraryInfo | null)[]): FoundFile | null {
  const bytes = fromBase64url(root);
  const owners = sources.map((place) => shelves[place] ?? null).filter((each) => each !== null);
  if (bytes === null || owners.length === 0) return null;
  return { root: toHex(bytes), handle: handleOf(bytes), name, folder, size, kind, sources: owners, count: Math.max(count, owners.length) };
}

/** The handle of a root. */
export function handleOf(root: Uint8Array): string {
  return toBase32(root.slice(0, HANDLE_BYTES));
}
