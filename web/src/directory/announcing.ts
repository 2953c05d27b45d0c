/**
 * What the server is told of a library, as few and as full messages as can be; without I/O. Files get their places once their
 * roots are known, one after the other; a message that is refused for the time being is told again.
 */

import type { Announce, Folder } from "../gen/signaling.ts";
import { ANNOUNCED_FILES, FOLDER_CHARS, FOLDER_DEPTH, MESSAGE_BYTES, NAME_CHARS } from "../gen/signaling_constants.ts";
import { utf8 } from "../secure/encoding.ts";

/** Announcements that are not answered yet, at most: what the contract allows. */
const UNDER_WAY = 8;

/** JSON of folders in one message: the rest has a type, an id of 16 digits, a library of 32 characters, and `whole`. */
const ROOM = MESSAGE_BYTES - 512;

/** How long a server that cannot take something now, and does not say for how long, is left alone, in seconds. */
const PAUSE_S = 5;

/** A file that others are to find; the root is base64url. */
export interface PublicFile {
  readonly path: string;
  readonly size: number;
  readonly root: string;
}

/** A message, and the ticket under which its answer is told. */
export interface Announcement {
  readonly ticket: number;
  readonly message: Omit<Announce, "id">;
}

/** Whether a file of this path can be announced at all. */
export function isAnnounceable(path: string): boolean {
  const names = path.split("/");
  const { folder, name } = placeOf(path);
  return folder.length <= FOLDER_CHARS && names.length - 1 <= FOLDER_DEPTH && names.every((each) => each.length <= NAME_CHARS) && !/[\n\r\0]/.test(path) && name.trim() !== "";
}

/** The announcements of one library. Ask for the `next` whenever something has happened, or the deadline is past. */
export class Announcing {
  readonly #files: PublicFile[] = [];
  readonly #underWay = new Map<number, readonly number[]>();
  #library: string | null = null;
  #most = 0;
  /** Numbers that are to be told again, before those from `cursor` on. */
  #again: number[] = [];
  #cursor = 0;
  #tickets = 0;
  #told = 0;
  #refused = 0;
  #isComplete = false;
  #isWholeTold = false;
  #notBefore: number | null = null;

  /** Files that the server has taken. */
  get told(): number {
    return this.#told;
  }

  /** Files for which it has no room, or that it does not take. */
  get left(): number {
    return this.#refused + Math.max(0, this.#files.length - this.#most) * Number(this.#library !== null);
  }

  /** Whether all that is there is told, as far as there is room. */
  get isDone(): boolean {
    return this.#isWholeTold && this.#underWay.size === 0 && !this.#hasMore;
  }

  /** When there is something to do that could not be done before; null for never. */
  get deadline(): number | null {
    return this.#notBefore;
  }

  /** A file is there. */
  put(file: PublicFile): void {
    this.#files.push(file);
  }

  /** All that is there has been put. */
  complete(): void {
    this.#isComplete = true;
  }

  /** The library is published under this id, for so many files: everything is to be told. */
  begin(library: string, most: number): void {
    this.lose();
    this.#library = library;
    this.#most = most;
  }

  /** The session with the server is gone, and with it what was told. */
  lose(): void {
    this.#library = null;
    this.#underWay.clear();
    this.#again = [];
    this.#cursor = this.#told = this.#refused = 0;
    this.#isWholeTold = false;
    this.#notBefore = null;
  }

  /** The next message, if there is one to send now. */
  next(now: number): Announcement | null {
    if (this.#library === null || this.#underWay.size >= UNDER_WAY || (this.#notBefore !== null && now < this.#notBefore)) return null;
    this.#notBefore = null;
    const { folders, numbers } = this.#fill();
    const whole = this.#isComplete && !this.#hasMore && this.#underWay.size === 0 && !this.#isWholeTold;
    if (numbers.length === 0 && !whole) return null;
    this.#isWholeTold ||= whole;
    const ticket = (this.#tickets += 1);
    this.#underWay.set(ticket, numbers);
    return { ticket, message: { t: "announce", library: this.#library, folders, ...(whole ? { whole } : {}) } };
  }

  /** The server has taken it. */
  answered(ticket: number): void {
    this.#told += this.#take(ticket).length;
  }

  /** It has not: `passing` says that it may later, `wait` in how many seconds. */
  refused(ticket: number, passing: boolean, now: number, wait: number = PAUSE_S): void {
    const isKnown = this.#underWay.has(ticket);
    const numbers = this.#take(ticket);
    if (!isKnown) return;
    if (passing) {
      this.#again.push(...numbers);
      this.#isWholeTold = false;
      this.#notBefore = now + wait;
    } else this.#refused += numbers.length;
  }

  get #hasMore(): boolean {
    return this.#again.length > 0 || this.#cursor < Math.min(this.#files.length, this.#most);
  }

  #take(ticket: number): readonly number[] {
    const numbers = this.#underWay.get(ticket) ?? [];
    this.#underWay.delete(ticket);
    return numbers;
  }

  /** As many files as fit one message, by folder. */
  #fill(): { readonly folders: Folder[]; readonly numbers: readonly number[] } {
    const folders = new Map<string, unknown[]>();
    const numbers: number[] = [];
    let room = ROOM;
    while (this.#hasMore && numbers.length < ANNOUNCED_FILES) {
      const number = this.#again[0] ?? this.#cursor;
      const { path, size, root } = this.#files[number] as PublicFile;
      const { folder, name } = placeOf(path);
      const entry = [number, name, size, root];
      room -= lengthOf(entry) + (folders.has(folder) ? 0 : lengthOf([folder, []]));
      if (room < 0) break;
      if (this.#again.length > 0) this.#again.shift();
      else this.#cursor += 1;
      numbers.push(number);
      const files = folders.get(folder) ?? [];
      files.push(entry);
      folders.set(folder, files);
    }
    return { folders: [...folders] as Folder[], numbers };
  }
}

function placeOf(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf("/");
  return { folder: path.slice(0, Math.max(0, at)), name: path.slice(at + 1) };
}

/** Bytes of JSON, with the comma that follows. */
function lengthOf(value: unknown): number {
  return utf8(JSON.stringify(value)).length + 1;
}
