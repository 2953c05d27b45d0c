/** How files are put for the server, as many as fit one message; without I/O. After pypeer/library/forms.py. Of a sealed space: spaces/form.ts. */

import type { Announce, Folder, SealedAnnounce } from "../gen/signaling.ts";
import { MESSAGE_BYTES } from "../gen/signaling_constants.ts";
import { utf8 } from "../secure/encoding.ts";

/** JSON of files in one message: the rest has a type, an id of 16 digits, a library of 32 characters, and `whole`. */
export const ROOM = MESSAGE_BYTES - 512;

/** A file that others are to find; the root is base64url. */
export interface PublicFile {
  readonly path: string;
  readonly size: number;
  readonly root: string;
}

/** What the server is told. */
export type Said = Omit<Announce, "id"> | Omit<SealedAnnounce, "id">;

/** Files of one message, by their numbers. */
export interface Filled {
  readonly added: readonly number[];
  /** The message of a library, with numbers that are gone, and whether this is all. */
  say(library: string, gone: readonly number[], isAll: boolean): Promise<Said>;
}

/** Says it the way it is to be said. */
export interface Form {
  /** As many of these files as fit one message, `most` at most. */
  fill(files: Iterable<readonly [number, PublicFile]>, most: number): Filled;
}

/** In the open directory, by folder. */
export const OPENLY: Form = {
  fill(files, most) {
    const folders = new Map<string, unknown[]>();
    const added: number[] = [];
    let room = ROOM;
    for (const [number, { path, size, root }] of files) {
      const { folder, name } = placeOf(path);
      const entry = [number, name, size, root];
      room -= costOf(entry) + (folders.has(folder) ? 0 : costOf([folder, []]));
      if (room < 0 || added.length >= most) break;
      added.push(number);
      folders.set(folder, [...(folders.get(folder) ?? []), entry]);
    }
    return { added, say: (library, gone, isAll) => Promise.resolve({ t: "announce", library, folders: [...folders] as Folder[], ...ending(gone, isAll) }) };
  },
};

/** What ends each message; nothing is said of what is not. */
export function ending(gone: readonly number[], isAll: boolean): Pick<Announce, "gone" | "whole"> {
  return { ...(gone.length > 0 ? { gone: [...gone] } : {}), ...(isAll ? { whole: true } : {}) };
}

/** The folder and the name of a path. */
export function placeOf(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf("/");
  return { folder: path.slice(0, Math.max(0, at)), name: path.slice(at + 1) };
}

/** Bytes of JSON, with the comma that follows. */
export function costOf(value: unknown): number {
  return utf8(JSON.stringify(value)).length + 1;
}
