/** What the page and the worker that keeps files say to each other: every message is answered, in order. */

/** Open the folder of this name below `root`, and read its journal: what an earlier visit noted, one line a chunk. */
export interface Open {
  readonly type: "open";
  readonly root: string;
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

/** Read so much at a place of a file; what is not there is zeros. */
export interface Read {
  readonly type: "read";
  readonly key: string;
  readonly offset: number;
  readonly length: number;
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

export type ToKeep = Open | Write | Read | Grow | Close;

/** What was done, with the journal that was opened, or the bytes that were read. */
export interface Done {
  readonly type: "done";
  readonly journal: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type FromKeep = Done | { readonly type: "failed"; readonly name: string; readonly message: string };

/** Where kept files are in the page's private file system: a folder for each offer, and in it its journal. */
export const ROOT = "byway-kept";
/** The same for files that are only looked at: they go with the page, or when the next one opens. */
export const LOOKED = "byway-looked";
export const JOURNAL = "journal";
