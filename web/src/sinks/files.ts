/**
 * Files in a place that the person picked (File System Access). A file is written beside its name and takes it when it
 * is closed, which happens only after its root is verified.
 */

import type { Bytes } from "../secure/encoding.ts";
import { numbered } from "../transfer/names.ts";
import { type PlacedEntry, type Sink, SinkError, toSinkError } from "./sink.ts";

/** A name in a folder: makes the file, or takes back what was made. */
interface Place {
  make(): Promise<FileSystemFileHandle>;
  remove(): Promise<void>;
}

/** A file that is being written. */
interface Open {
  readonly place: Place;
  readonly stream: FileSystemWritableFileStream;
}

/** What both kinds have in common: files that are opened when the first of them comes, and closed when all has. */
abstract class FilesSink implements Sink {
  readonly rewrites = true;
  protected entries: readonly PlacedEntry[] = [];
  readonly #open = new Map<number, Promise<Open>>();

  async prepare(entries: readonly PlacedEntry[]): Promise<void> {
    this.entries = entries;
    await this.place(entries);
  }

  /** Makes what the files go into. */
  protected abstract place(entries: readonly PlacedEntry[]): Promise<void>;

  /** Where a file goes. */
  protected abstract placeOf(file: number): Place;

  async write(file: number, position: number, data: Bytes): Promise<void> {
    const { stream } = await this.#opened(file);
    await stream.write({ type: "write", position, data }).catch(rethrow);
  }

  async finish(file: number): Promise<void> {
    const { stream } = await this.#opened(file);
    const { size, holes = [] } = this.entries[file] as PlacedEntry;
    if (holes.length > 0) await stream.truncate(size).catch(rethrow);
    await stream.close().catch(rethrow);
    this.#open.delete(file);
  }

  async discard(file: number): Promise<void> {
    const opening = this.#open.get(file);
    this.#open.delete(file);
    if (opening !== undefined) await takeBack(opening);
  }

  async conclude(): Promise<void> {}

  async abort(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((file) => this.discard(file)));
  }

  #opened(file: number): Promise<Open> {
    const opening = this.#open.get(file) ?? open(this.placeOf(file));
    this.#open.set(file, opening);
    return opening;
  }
}

async function open(place: Place): Promise<Open> {
  const handle = await place.make().catch(rethrow);
  return { place, stream: await handle.createWritable().catch(rethrow) };
}

/** An unfinished file leaves an empty one under its name, unless that is removed. */
async function takeBack(opening: Promise<Open>): Promise<void> {
  try {
    const { place, stream } = await opening;
    await stream.abort();
    await place.remove();
  } catch {
    // nothing was made, or the person has removed it
  }
}

function rethrow(error: unknown): never {
  throw toSinkError(error);
}

/** Several files and folders in a folder. What is there already stays: a name that is taken gets a number. */
export class FolderSink extends FilesSink {
  readonly #root: FileSystemDirectoryHandle;
  #paths: readonly (readonly string[])[] = [];

  constructor(root: FileSystemDirectoryHandle) {
    super();
    this.#root = root;
  }

  protected override async place(entries: readonly PlacedEntry[]): Promise<void> {
    const parts = entries.map(({ path }) => path.split("/"));
    const wanted = parts.filter((_, index) => !entries[index]?.isLeftOut);
    const tops = await freeNames(this.#root, new Set(wanted.map(([top = ""]) => top)));
    this.#paths = parts.map(([top = "", ...rest]) => [tops.get(top) ?? top, ...rest]);
    for (const [index, { folder, isLeftOut }] of entries.entries()) if (folder && !isLeftOut) await this.#folder(this.#paths[index] ?? []).catch(rethrow);
  }

  protected override placeOf(file: number): Place {
    const path = this.#paths[file] ?? [];
    const name = path.at(-1) ?? "";
    const parent = (): Promise<FileSystemDirectoryHandle> => this.#folder(path.slice(0, -1));
    return {
      make: async () => (await parent()).getFileHandle(name, { create: true }),
      remove: async () => (await parent()).removeEntry(name),
    };
  }

  async #folder(path: readonly string[]): Promise<FileSystemDirectoryHandle> {
    let folder = this.#root;
    for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  }
}

/** For each name one that nothing in the folder has yet. */
async function freeNames(folder: FileSystemDirectoryHandle, names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const free = new Map<string, string>();
  const given = new Set(names);
  for (const name of names) {
    let candidate = name;
    const isTaken = async (): Promise<boolean> => (candidate !== name && given.has(candidate)) || exists(folder, candidate);
    for (let number = 2; await isTaken(); number += 1) candidate = numbered(name, number);
    given.add(candidate);
    free.set(name, candidate);
  }
  return free;
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return false;
    if (error instanceof DOMException && error.name === "TypeMismatchError") return true;
    throw toSinkError(error);
  }
}

/** One file, under the name that the person gave it. What they chose to replace stays until the new file is whole. */
export class FileSink extends FilesSink {
  readonly #handle: FileSystemFileHandle;

  constructor(handle: FileSystemFileHandle) {
    super();
    this.#handle = handle;
  }

  protected override async place(entries: readonly PlacedEntry[]): Promise<void> {
    if (entries.filter(({ isLeftOut }) => !isLeftOut).length !== 1) throw new SinkError("unwritable", "Several files do not fit into one.", true);
  }

  protected override placeOf(): Place {
    return { make: async () => this.#handle, remove: async () => undefined };
  }
}
