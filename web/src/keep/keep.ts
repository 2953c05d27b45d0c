/**
 * Files that are kept in this browser until all of an offer is there (origin private file system), so that a fetch goes
 * on after the page was closed. Only with the consent of the person, who is asked each time.
 */

import type { Bytes } from "../secure/encoding.ts";
import { SinkError, toSinkError } from "../sinks/sink.ts";
import { type Notes, readNotes, shortHash } from "../transfer/notes.ts";
import { type Done, type FromKeep, JOURNAL, LOOKED, ROOT, type ToKeep } from "./messages.ts";

export { LOOKED };

/** The name that the build gave to the worker's script, beside this one. */
declare const KEEP_WORKER: string;

/** What nobody came back for is removed after so many days: a code lives a week at most, and may be given again. */
const DAYS = 30;

/** Whether this browser has a place for it. Some refuse it in private windows, and say so only when it is used. */
export function canKeep(): boolean {
  return typeof Worker !== "undefined" && window.isSecureContext && typeof navigator.storage?.getDirectory === "function";
}

/** Bytes that an earlier visit kept of an offer that is called this, or 0. */
export async function keptOf(title: string): Promise<number> {
  try {
    const folder = await (await root()).getDirectoryHandle(folderOf(title));
    let sum = 0;
    for await (const [name, entry] of folder.entries()) {
      if (name !== JOURNAL && entry.kind === "file") sum += (await (entry as FileSystemFileHandle).getFile()).size;
    }
    return sum;
  } catch {
    return 0;
  }
}

/** Removes what was kept of an offer that is called this. */
export async function forget(title: string): Promise<void> {
  await (await root()).removeEntry(folderOf(title), { recursive: true });
}

/** Removes what nobody came back for; never rejects. */
export async function sweep(): Promise<void> {
  try {
    await sweepLooked();
    const all = await root();
    for await (const [name, folder] of all.entries()) {
      const journal = await (await (folder as FileSystemDirectoryHandle).getFileHandle(JOURNAL, { create: true })).getFile();
      if (Date.now() - journal.lastModified > DAYS * 86_400_000) await all.removeEntry(name, { recursive: true });
    }
  } catch {
    // there is nothing, or another tab uses it
  }
}

/** Nobody looks any more at what no page holds. */
async function sweepLooked(): Promise<void> {
  const all = await (await navigator.storage.getDirectory()).getDirectoryHandle(LOOKED).catch(() => null);
  for await (const name of all?.keys() ?? []) await all?.removeEntry(name, { recursive: true }).catch(() => undefined);
}

/** What is kept of one offer, while its fetch runs. Everything rejects with SinkError. */
export class Keep {
  readonly #title: string;
  readonly #place: string;
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<Done>[] = [];
  notes: Notes = new Map();

  private constructor(title: string, place: string) {
    this.#title = title;
    this.#place = place;
    this.#worker = new Worker(new URL(KEEP_WORKER, import.meta.url));
    this.#worker.onmessage = ({ data }: MessageEvent<FromKeep>) => this.#answered(data);
    this.#worker.onerror = () => this.#answered({ type: "failed", name: "", message: "its worker does not run" });
  }

  /** At a place of those that come back (ROOT), or of those that do not (LOOKED). */
  static async open(title: string, place: typeof ROOT | typeof LOOKED = ROOT): Promise<Keep> {
    const keep = new Keep(title, place);
    keep.notes = readNotes((await keep.#ask({ type: "open", root: place, folder: folderOf(title) })).journal);
    // A browser that is short of room removes first what was not asked to persist.
    if (place === ROOT) void navigator.storage.persist?.().catch(() => false);
    return keep;
  }

  async write(key: string, offset: number, bytes: Bytes, line: string): Promise<void> {
    await this.#ask({ type: "write", key, offset, bytes, line });
  }

  /** So much of a file as it is now; zeros where nothing is. */
  async read(key: string, offset: number, length: number): Promise<Bytes> {
    return (await this.#ask({ type: "read", key, offset, length })).bytes;
  }

  /** Removes all of it, once it is closed. */
  async forget(): Promise<void> {
    await (await root(this.#place)).removeEntry(folderOf(this.#title), { recursive: true });
  }

  /** Makes a file as long as this, with zeros. */
  async grow(key: string, size: number): Promise<void> {
    await this.#ask({ type: "grow", key, size });
  }

  /** A file as it is; null if nothing of it is there. */
  async file(key: string): Promise<File | null> {
    try {
      return await (await (await (await root(this.#place)).getDirectoryHandle(folderOf(this.#title))).getFileHandle(key)).getFile();
    } catch {
      return null;
    }
  }

  /** Lets others have the files; what was written stays. */
  async close(): Promise<void> {
    await this.#ask({ type: "close" });
  }

  /** Ends the worker. */
  end(): void {
    this.#worker.terminate();
  }

  #ask(message: ToKeep): Promise<Done> {
    const answer = Promise.withResolvers<Done>();
    this.#waiting.push(answer);
    this.#worker.postMessage(message);
    return answer.promise;
  }

  #answered(message: FromKeep): void {
    const waiting = this.#waiting.shift();
    if (message.type === "done") waiting?.resolve(message);
    else waiting?.reject(toKeepError(message));
  }
}

function toKeepError({ name, message }: FromKeep & { type: "failed" }): SinkError {
  if (name === "NoModificationAllowedError") return new SinkError("unwritable", "Another tab of this browser is fetching this. Go on there, or close it.", true);
  if (name === "QuotaExceededError") return new SinkError("no-space", "This browser may keep no more. Fetch without keeping, or free some space.", true);
  if (name === "SecurityError" || name === "InvalidStateError") return new SinkError("unwritable", "This browser keeps nothing in a private window. Fetch without keeping.", true);
  return new SinkError("unwritable", toSinkError(new Error(message)).message, true);
}

async function root(place: string = ROOT): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(place, { create: true });
}

function folderOf(title: string): string {
  return shortHash(title);
}
