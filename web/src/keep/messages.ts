/** What the page and the worker that keeps files say to each other: every message is answered, in order. */

/** Open the folder of this name, and read its journal: what an earlier visit noted, one line a chunk. */
export interface Open {
  readonly type: "open";
  readonly folder: string;
}

/** Write at a place of a file, then note the line. */
export interface Write {
  readonly type: "write";
  readonly key: string;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly line: string;
}

/** Make a file as long as this; what it grows by is zeros, and takes no room where the file system has holes. */
export interface Grow {
  readonly type: "grow";
  readonly key: string;
  readonly size: number;
}

/** Close all files, so that the page can read them. */
export interface Close {
  readonly type: "close";
}

export type ToKeep = Open | Write | Grow | Close;

export type FromKeep = { readonly type: "done"; readonly journal: string } | { readonly type: "failed"; readonly name: string; readonly message: string };

/** Where kept files are in the page's private file system: a folder for each offer, and in it its journal. */
export const ROOT = "byway-kept";
export const JOURNAL = "journal";
