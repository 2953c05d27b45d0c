/** Turns what browsers hand over (drops, pickers, pastes) into items with paths. Empty folders survive where the API shows them. */

import type { ShareItem } from "../app/model.ts";

/** What was found, and how many files or folders could not be read. */
export interface Collected {
  readonly items: readonly ShareItem[];
  readonly unreadable: number;
}

/** Told now and then how many files were found so far. */
export type Found = (files: number) => void;

/** Files looked up at once: each asks another process of the browser, which takes long for thousands one after the other. */
const LOOKUPS = 64;

/** Room for what is being looked up, in the order in which it was met. */
interface Slot {
  readonly path: string;
  file: File | null;
  isThere: boolean;
}

class Collector {
  unreadable = 0;
  readonly #slots: Slot[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #found: Found;
  #count = 0;

  constructor(found: Found) {
    this.#found = found;
  }

  /** Everything that was found, once the last look-up is done. */
  async items(): Promise<readonly ShareItem[]> {
    await Promise.all(this.#pending);
    return this.#slots.filter(({ isThere }) => isThere).map(({ path, file }) => ({ path, file }));
  }

  put(path: string, file: File | null): void {
    this.#slots.push({ path, file, isThere: true });
    this.#counted();
  }

  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.unreadable += 1;
    }
  }

  async entry(entry: FileSystemEntry, path: string): Promise<void> {
    if (isDirectory(entry)) {
      const children = await allEntries(entry.createReader());
      if (children.length === 0) this.put(path, null);
      for (const child of children) await this.attempt(() => this.entry(child, `${path}/${child.name}`));
    } else {
      const file = entry as FileSystemFileEntry;
      await this.#lookUp(path, () => new Promise<File>((resolve, reject) => file.file(resolve, reject)));
    }
  }

  async handle(handle: FileSystemDirectoryHandle, path: string): Promise<void> {
    let empty = true;
    for await (const [name, child] of handle.entries()) {
      empty = false;
      const inside = `${path}/${name}`;
      if (child.kind === "directory") await this.attempt(() => this.handle(child as FileSystemDirectoryHandle, inside));
      else await this.#lookUp(inside, () => (child as FileSystemFileHandle).getFile());
    }
    if (empty) this.put(path, null);
  }

  /** Returns as soon as there is room for the next. */
  async #lookUp(path: string, get: () => Promise<File>): Promise<void> {
    const slot: Slot = { path, file: null, isThere: false };
    this.#slots.push(slot);
    while (this.#pending.size >= LOOKUPS) await Promise.race(this.#pending);
    const done = this.attempt(async () => {
      slot.file = await get();
      slot.isThere = true;
      this.#counted();
    }).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** Told often enough to be seen to move, seldom enough to cost nothing for thousands of files. */
  #counted(): void {
    this.#count += 1;
    if (this.#count % 100 === 0) this.#found(this.#count);
  }
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** `readEntries` gives at most a hundred at a time, and an empty list at the end. */
async function allEntries(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const page = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** Files and folders of a drop or a paste. Call it in the event itself: the list is emptied afterwards. */
export function fromTransfer(transfer: DataTransfer, found: Found): Promise<Collected> {
  const kinds = [...transfer.items].filter((item) => item.kind === "file");
  const entries = kinds.map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  return collect(found, async (collector) => {
    for (const { entry, file } of entries) {
      if (entry !== null) await collector.attempt(() => collector.entry(entry, entry.name));
      else if (file !== null) collector.put(file.name, file);
    }
  });
}

/** Files of an `<input type=file>`, with or without `webkitdirectory`. */
export function fromInput(files: FileList): Collected {
  return { items: [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })), unreadable: 0 };
}

/** A folder from the picker of the File System Access API. */
export function fromHandle(handle: FileSystemDirectoryHandle, found: Found): Promise<Collected> {
  return collect(found, (collector) => collector.handle(handle, handle.name));
}

async function collect(found: Found, work: (collector: Collector) => Promise<void>): Promise<Collected> {
  const collector = new Collector(found);
  await collector.attempt(() => work(collector));
  const items = await collector.items();
  return { items, unreadable: collector.unreadable };
}

/** Files that were pasted, or else the text; null if the clipboard holds neither. */
export function pasted(transfer: DataTransfer, found: Found): Promise<Collected> | string | null {
  if (transfer.files.length > 0) return fromTransfer(transfer, found);
  const text = transfer.getData("text/plain");
  return text.trim() === "" ? null : text;
}
