/**
 * What the server is told of a library, as few and as full messages as can be; without I/O. Files get their places once their
 * roots are known, one after the other; a message that is refused for the time being is told again. After pypeer/library/announcing.py.
 */

import { ANNOUNCED_FILES, ANNOUNCED_GONE, FOLDER_CHARS, FOLDER_DEPTH, NAME_CHARS } from "../gen/signaling_constants.ts";
import { type Form, OPENLY, placeOf, type PublicFile, type Said } from "./forms.ts";

/** Announcements that are not answered yet, at most: what the contract allows. */
const UNDER_WAY = 8;

/** How long a server that cannot take something now, and does not say for how long, is left alone, in seconds. */
const PAUSE_S = 5;

/** A message, made when it is wanted, since sealing takes its time, and the ticket under which its answer is told. */
export interface Announcement extends Told {
  readonly ticket: number;
  readonly isAll: boolean;
  message(): Promise<Said>;
}

/** Whether a file of this path can be announced at all. */
export function isAnnounceable(path: string): boolean {
  const names = path.split("/");
  const { folder, name } = placeOf(path);
  return folder.length <= FOLDER_CHARS && names.length - 1 <= FOLDER_DEPTH && names.every((each) => each.length <= NAME_CHARS) && !/[\n\r\0]/.test(path) && name.trim() !== "";
}

/** A message under way: numbers that it adds and takes away. */
interface Told {
  readonly added: readonly number[];
  readonly gone: readonly number[];
}

/**
 * The announcements of one library. Ask for the `next` whenever something has happened, or the deadline is past. A file whose path
 * or content changes is one that is gone and another with a number of its own; numbers are not used twice, so what a refused
 * message told can be told again in any order.
 */
export class Announcing {
  #form: Form;
  readonly #files = new Map<number, PublicFile>();
  readonly #numbers = new Map<string, number>();
  readonly #underWay = new Map<number, Told>();
  /** Numbers that the server has confirmed, and has not confirmed to be gone. */
  readonly #known = new Set<number>();
  /** Numbers that it does not take, for a reason that stays. */
  readonly #refused = new Set<number>();
  #library: string | null = null;
  #most = 0;
  /** Numbers that are to be told, and those that it may know and that are no more. */
  #new: Set<number> = new Set();
  #gone: Set<number> = new Set();
  #next = 0;
  #tickets = 0;
  #isComplete = false;
  #isWholeTold = false;
  #notBefore: number | null = null;

  constructor(form: Form = OPENLY) {
    this.#form = form;
  }

  /** Files that the server has taken. */
  get told(): number {
    return this.#known.size;
  }

  /** Files for which it has no room, or that it does not take. */
  get left(): number {
    return this.#refused.size + Math.max(0, this.#files.size - this.#most) * Number(this.#library !== null);
  }

  /** Whether all that is there is told, as far as there is room. */
  get isDone(): boolean {
    return this.#isWholeTold && this.#underWay.size === 0 && !this.#hasMore();
  }

  /** When there is something to do that could not be done before; null for never. */
  get deadline(): number | null {
    return this.#notBefore;
  }

  /** A file is there; one that had the path before is not. */
  put(file: PublicFile): void {
    this.drop(file.path);
    const number = this.#next;
    this.#next += 1;
    this.#numbers.set(file.path, number);
    this.#files.set(number, file);
    this.#new.add(number);
    this.#isWholeTold = false;
  }

  /** A file is not there any more. */
  drop(path: string): void {
    const number = this.#numbers.get(path);
    if (number === undefined) return;
    this.#numbers.delete(path);
    this.#files.delete(number);
    this.#new.delete(number);
    this.#refused.delete(number);
    if (this.#known.has(number) || [...this.#underWay.values()].some(({ added }) => added.includes(number))) this.#gone.add(number);
    this.#isWholeTold = false;
  }

  /** Whether all that is there has been put. */
  complete(isComplete = true): void {
    this.#isComplete = isComplete;
  }

  /** From the next `begin` on files are put otherwise. */
  putAs(form: Form): void {
    this.#form = form;
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
    for (const each of [this.#underWay, this.#known, this.#refused, this.#gone]) each.clear();
    this.#new = new Set(this.#files.keys());
    this.#isWholeTold = false;
    this.#notBefore = null;
  }

  /** The next message, if there is one to send now. */
  next(now: number): Announcement | null {
    if (this.#library === null || this.#underWay.size >= UNDER_WAY || (this.#notBefore !== null && now < this.#notBefore)) return null;
    this.#notBefore = null;
    const gone = [...this.#gone].slice(0, ANNOUNCED_GONE);
    for (const number of gone) this.#gone.delete(number);
    const { added, say } = this.#form.fill(gone.length > 0 ? [] : this.#untold(), Math.min(this.#room, ANNOUNCED_FILES));
    for (const number of added) this.#new.delete(number);
    const isAll = this.#isComplete && !this.#hasMore(added.length) && this.#underWay.size === 0 && !this.#isWholeTold;
    if (gone.length === 0 && added.length === 0 && !isAll) return null;
    this.#isWholeTold ||= isAll;
    const ticket = (this.#tickets += 1);
    this.#underWay.set(ticket, { added, gone });
    const library = this.#library;
    return { ticket, added, gone, isAll, message: () => say(library, gone, isAll) };
  }

  /** The server has taken it. */
  answered(ticket: number): void {
    const { added, gone } = this.#take(ticket);
    for (const number of added) this.#known.add(number);
    for (const number of gone) this.#known.delete(number);
  }

  /** It has not: `passing` says that it may later, `wait` in how many seconds. */
  refused(ticket: number, passing: boolean, now: number, wait: number = PAUSE_S): void {
    if (!this.#underWay.has(ticket)) return;
    const { added, gone } = this.#take(ticket);
    const again = added.filter((number) => this.#files.has(number));
    if (!passing) return again.forEach((number) => this.#refused.add(number));
    // What was dropped meanwhile has never been there.
    for (const number of added) this.#gone.delete(number);
    this.#new = new Set([...again, ...this.#new]);
    this.#gone = new Set([...gone, ...this.#gone]);
    this.#isWholeTold = false;
    this.#notBefore = now + wait;
  }

  /** How many more files the server takes; room is free once it has said that something is gone. */
  get #room(): number {
    const flying = [...this.#underWay.values()].reduce((sum, { added }) => sum + added.length, 0);
    return this.#most - this.#known.size - flying;
  }

  /** Whether there is more to tell beside so many that are about to be. */
  #hasMore(beside = 0): boolean {
    return this.#gone.size > 0 || (this.#new.size > 0 && this.#room > beside);
  }

  #take(ticket: number): Told {
    const told = this.#underWay.get(ticket) ?? { added: [], gone: [] };
    this.#underWay.delete(ticket);
    return told;
  }

  *#untold(): Iterable<readonly [number, PublicFile]> {
    for (const number of this.#new) yield [number, this.#files.get(number) as PublicFile];
  }
}
