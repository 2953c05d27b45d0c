/** Where received files go. Every write waits until its bytes are taken, so the slowest disk sets the pace. */

import type { EndCode } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { FileHashes } from "../transfer/hashes.ts";
import type { Range } from "../transfer/holes.ts";

/** Where received files go; `download` is a streamed download, `folder` and `file` are handles the person picked. */
export type Target = "download" | "folder" | "file";

/** An entry of the offer under its safe name, which no other entry has. */
export interface PlacedEntry {
  readonly path: string;
  readonly size: number;
  readonly folder: boolean;
  /** Milliseconds since 1970, or null. */
  readonly mtime: number | null;
  /** Ranges of bytes that are zero and are not written, unless that turns out to be wrong. */
  readonly holes?: readonly Range[];
  /** The person does not want it; nothing of it comes. */
  readonly isLeftOut?: boolean;
}

/** Files are called by their index in the entries. Everything may reject with SinkError. */
export interface Sink {
  /** Whether what was written can be written anew, if the whole turns out to be wrong: not what has left for a download. */
  readonly rewrites: boolean;
  /** Makes room; called first, once. Gives the hashes of the chunks that an earlier visit stored, of the files that it began. */
  prepare(entries: readonly PlacedEntry[]): Promise<ReadonlyMap<number, FileHashes> | void>;
  /** Writes verified bytes, at any place, in any order: a chunk with this hash. */
  write(file: number, offset: number, data: Bytes, hash: Bytes): Promise<void>;
  /** The file is whole and verified: give it its name. What was not written of its holes is zeros. */
  finish(file: number): Promise<void>;
  /** Forgets a file that is not finished. */
  discard(file: number): Promise<void>;
  /** Nothing more comes; resolves when all is in its place. */
  conclude(): Promise<void>;
  /** Gives up: whatever is not finished must not look as if it were. Never rejects. */
  abort(reason: string): Promise<void>;
}

/** Storing failed, and why; `isWhole` if nothing more can be stored, otherwise it is only this file. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  readonly code: EndCode;
  readonly isWhole: boolean;

  constructor(code: EndCode, message: string, isWhole: boolean) {
    super(message);
    this.code = code;
    this.isWhole = isWhole;
  }
}

/** What an exception of the browser means. */
export function toSinkError(error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (name === "QuotaExceededError") return new SinkError("no-space", "The disk is full. Free some space and fetch again.", true);
  if (name === "NotAllowedError") return new SinkError("unwritable", "The browser may no longer write there. Fetch again and allow it.", true);
  return new SinkError("unwritable", `The browser could not write it (${message || name || "unknown error"}).`, false);
}
