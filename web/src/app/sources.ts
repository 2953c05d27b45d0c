/** What is offered: its manifest, and the content behind it, read in pieces. Hashes are shared by all receivers. */

import { PeerError } from "../errors.ts";
import type { Entry, Offer } from "../gen/peer.ts";
import { ENTRIES_MAX, PATH_BYTES, TEXT_BYTES } from "../gen/peer_constants.ts";
import { type Bytes, toHex, utf8 } from "../secure/encoding.ts";
import { chunkLength, chunkStart } from "../transfer/chunks.ts";
import type { Chunk, Lost } from "../transfer/effects.ts";
import { TEXTS } from "../transfer/endings.ts";
import { FileHashes } from "../transfer/hashes.ts";
import { hashChunk } from "../transfer/hashing.ts";
import { offerOf } from "../transfer/manifest.ts";
import { numbered } from "../transfer/names.ts";
import type { PublicItem, ShareItem } from "./model.ts";
import { Reading } from "./reading.ts";

/** Longest title (schema of `offer`). */
const TITLE_CHARS = 256;

/** An offer and its content. */
export class Offered {
  readonly offer: Offer;
  readonly entries: readonly Entry[];
  readonly #contents: readonly (Blob | null)[];
  readonly #hashes: readonly FileHashes[];
  readonly #reading = new Reading();

  /** `contents` are in the order of `entries`, null for folders; `hashes` are what is known of them. */
  constructor(entries: readonly Entry[], contents: readonly (Blob | null)[], title: string, text: boolean, hashes?: readonly FileHashes[]) {
    this.entries = entries;
    this.offer = offerOf(entries, title, text);
    this.#contents = contents;
    this.#hashes = hashes ?? entries.map(({ size = 0 }) => new FileHashes(size));
  }

  /** An offer of some of it, under these paths and without times, so that all who have these files offer the same. */
  part(picked: readonly { readonly index: number; readonly path: string }[]): Offered {
    const hashes = picked.map(({ index }) => this.#hashes[index] as FileHashes);
    const entries = picked.map(({ index, path }, at): Entry => {
      const root = hashes[at]?.root ?? null;
      return { path, size: this.entries[index]?.size ?? 0, ...(root === null ? {} : { root: toHex(root) }) };
    });
    return new Offered(entries, picked.map(({ index }) => this.#contents[index] ?? null), titleOf(picked), false, hashes);
  }

  /** The same with other files: `known` says which of these each of them is, null for one that is new or has changed. */
  renewed(files: readonly PublicItem[], known: readonly (number | null)[]): Offered {
    const entries = files.map(({ path, file }): Entry => ({ path, size: file.size, mtime: file.lastModified }));
    const hashes = files.map(({ file }, at) => this.#hashes[known[at] ?? -1] ?? new FileHashes(file.size));
    return new Offered(entries, files.map(({ file }) => file), "", false, hashes);
  }

  /** A chunk with its hash, or why there is none. */
  async read(file: number, chunk: number): Promise<Chunk | Lost> {
    const { size = 0 } = this.entries[file] as Entry;
    const start = chunkStart(size, chunk);
    const length = chunkLength(size, chunk);
    const data = await this.#reading.read(this.#contents[file] as Blob, start, length);
    if (!(data instanceof Uint8Array)) return data;
    const hashes = this.#hashes[file] as FileHashes;
    const hash = hashes.get(chunk) ?? (await hashChunk(data, size));
    hashes.put(chunk, hash);
    return { data, hash, root: hashes.root };
  }

  /** The root of a file, for which all that is not hashed yet is read, or why there is none. */
  async root(file: number): Promise<Bytes | Lost> {
    const hashes = this.#hashes[file] as FileHashes;
    for (let chunk = hashes.unknown(); chunk !== null; chunk = hashes.unknown()) {
      const read = await this.read(file, chunk);
      if ("code" in read) return read;
    }
    return hashes.root as Bytes;
  }
}

/** The offer of files and empty folders; throws PeerError if there are too many. */
export function offerItems(items: readonly ShareItem[]): Offered {
  if (items.length > ENTRIES_MAX) throw new PeerError("too-many-entries", TEXTS["too-many-entries"], false);
  const placed = place([...items.filter(({ file }) => file === null), ...items.filter(({ file }) => file !== null)]);
  const entries = placed.map(({ path, file }): Entry => {
    return file === null ? { path, folder: true } : { path, size: file.size, mtime: file.lastModified };
  });
  return new Offered(entries, placed.map(({ file }) => file), titleOf(placed), false);
}

/** What a library gives parts of: its files, under their paths there. */
export function offerLibrary(files: readonly PublicItem[]): Offered {
  const entries = files.map(({ path, file }): Entry => ({ path, size: file.size, mtime: file.lastModified }));
  return new Offered(entries, files.map(({ file }) => file), "", false);
}

/** The offer of a text that is shown, not stored; throws PeerError if it is too long. */
export function offerText(text: string): Offered {
  const content = new Blob([utf8(text)]);
  if (content.size > TEXT_BYTES) throw new PeerError("too-long", "A text has at most 1 MiB. Send it as a file.", false);
  return new Offered([{ path: "text.txt", size: content.size }], [content], "", true);
}

/** A name that is there twice gets a number; one in no encoding, which some systems allow, is mended. */
function place(items: readonly ShareItem[]): readonly ShareItem[] {
  const taken = new Set<string>();
  return items.map(({ path: wanted, file }) => {
    const path = free(wanted.toWellFormed(), taken);
    if (utf8(path).length > PATH_BYTES) throw new PeerError("too-long", `The path “${path.slice(0, 80)}…” is too long to be sent.`, false);
    taken.add(path);
    return { path, file };
  });
}

function free(path: string, taken: ReadonlySet<string>): string {
  const at = path.lastIndexOf("/") + 1;
  let candidate = path;
  for (let number = 2; taken.has(candidate); number += 1) candidate = path.slice(0, at) + numbered(path.slice(at), number);
  return candidate;
}

function titleOf(items: readonly { readonly path: string }[]): string {
  const tops = [...new Set(items.map(({ path }) => path.split("/", 1)[0] ?? ""))];
  const more = tops.length > 1 ? ` and ${tops.length - 1} more` : "";
  return (tops[0] ?? "").slice(0, TITLE_CHARS - more.length) + more;
}
