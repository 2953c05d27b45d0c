/** Writes files in place in the page's private file system, which only a worker can: what is written stays, whatever becomes of the page. */

import { type FromKeep, JOURNAL, type ToKeep } from "./messages.ts";

declare const self: DedicatedWorkerGlobalScope;

/** Files kept open: more than are written at a time. */
const HANDLES = 16;

let folder: FileSystemDirectoryHandle | null = null;
let journal: FileSystemSyncAccessHandle | null = null;
const open = new Map<string, FileSystemSyncAccessHandle>();
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToKeep>) => {
  last = last.then(() => answer(data));
};

async function answer(message: ToKeep): Promise<void> {
  try {
    const done = await act(message);
    self.postMessage({ type: "done", journal: typeof done === "string" ? done : "", bytes: typeof done === "string" ? new Uint8Array() : done } satisfies FromKeep);
  } catch (error) {
    const { name, message: why } = error instanceof Error ? error : { name: "", message: String(error) };
    self.postMessage({ type: "failed", name, message: why } satisfies FromKeep);
  }
}

async function act(message: ToKeep): Promise<string | Uint8Array<ArrayBuffer>> {
  switch (message.type) {
    case "open":
      return begin(message.root, message.folder);
    case "write":
      writeAll(await handleOf(message.key), message.bytes, message.offset);
      note(message.line);
      return "";
    case "read": {
      const bytes = new Uint8Array(message.length);
      (await handleOf(message.key)).read(bytes, { at: message.offset });
      return bytes;
    }
    case "grow":
      (await handleOf(message.key)).truncate(message.size);
      return "";
    case "close":
      for (const handle of [...open.values(), journal]) handle?.close();
      open.clear();
      journal = null;
      return "";
  }
}

async function begin(root: string, name: string): Promise<string> {
  const all = await (await navigator.storage.getDirectory()).getDirectoryHandle(root, { create: true });
  folder = await all.getDirectoryHandle(name, { create: true });
  journal = await (await folder.getFileHandle(JOURNAL, { create: true })).createSyncAccessHandle();
  const bytes = new Uint8Array(journal.getSize());
  journal.read(bytes, { at: 0 });
  const text = new TextDecoder().decode(bytes);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  // A line that was cut is written over.
  journal.truncate(new TextEncoder().encode(whole).length);
  return whole;
}

async function handleOf(key: string): Promise<FileSystemSyncAccessHandle> {
  if (folder === null) throw new Error("nothing is open");
  const found = open.get(key) ?? (await (await folder.getFileHandle(key, { create: true })).createSyncAccessHandle());
  open.delete(key);
  open.set(key, found);
  const [oldest] = open;
  if (open.size > HANDLES && oldest !== undefined) {
    oldest[1].close();
    open.delete(oldest[0]);
  }
  return found;
}

function note(line: string): void {
  if (journal !== null) writeAll(journal, new TextEncoder().encode(`${line}\n`), journal.getSize());
}

/** A disk that is full takes less than it was given. */
function writeAll(handle: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, offset: number): void {
  if (handle.write(bytes, { at: offset }) < bytes.length) throw new DOMException("no room", "QuotaExceededError");
}
