/** Turns what browsers hand over (drops, pickers, pastes) into items with paths. Empty folders survive where the API shows them. */

import type { ShareItem } from "../app/model.ts";

/** What was found, and how many files or folders could not be read. */
export interface Collected {
  readonly items: readonly ShareItem[];
  readonly unreadable: number;
}

/** Told now and then how many files were found so far. */
export type Found = (files: number) => void;

class Collector {
  readonly items: ShareItem[] = [];
  unreadable = 0;
  readonly #found: Found;

  constructor(found: Found) {
    this.#found = found;
  }

  put(path: string, file: File | null): void {
    this.items.push({ path, file });
    // Often enough to be seen to move, seldom enough to cost nothing for thousands of files.
    if (this.items.length % 100 === 0) this.#found(this.items.length);
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
      this.put(path, await new Promise<File>((resolve, reject) => file.file(resolve, reject)));
    }
  }

  async handle(handle: FileSystemDirectoryHandle, path: string): Promise<void> {
    let empty = true;
    for await (const [name, child] of handle.entries()) {
      empty = false;
      const inside = `${path}/${name}`;
      await this.attempt(async () => {
        if (child.kind === "directory") await this.handle(child as FileSystemDirectoryHandle, inside);
        else this.put(inside, await (child as FileSystemFileHandle).getFile());
      });
    }
    if (empty) this.put(path, null);
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
  return { items: collector.items, unreadable: collector.unreadable };
}

/** Files that were pasted, or else the text; null if the clipboard holds neither. */
export function pasted(transfer: DataTransfer, found: Found): Promise<Collected> | string | null {
  if (transfer.files.length > 0) return fromTransfer(transfer, found);
  const text = transfer.getData("text/plain");
  return text.trim() === "" ? null : text;
}
