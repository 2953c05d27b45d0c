/** Everybody whom this browser has met by a code. Changes show at once, and are kept by and by. Pure but for whoever keeps it. */

import { Cell } from "../app/cell.ts";
import type { Watchable } from "../app/model.ts";
import { type Bytes, toBase64url } from "../secure/encoding.ts";
import { peerId } from "../secure/identity.ts";
import { type Change, type Contact, called, changed, metAgain } from "./contact.ts";
import { Names } from "./naming.ts";

/**
 * Peers that were only met are kept so many; then those go who were not seen for the longest time. A code that is posted to many must
 * not fill the disk, and no person meets as many whom they want to find again.
 */
export const MET_MAX = 1000;

/** Where they are kept; each rejects if they cannot be. */
export interface ContactKeeper {
  put(contact: Contact): Promise<void>;
  remove(id: string): Promise<void>;
  all(): Promise<readonly Contact[]>;
}

export class ContactBook {
  readonly #all: Cell<readonly Contact[]>;
  readonly #keeper: ContactKeeper | null;
  readonly #clock: () => number;
  readonly #names = new Names();
  /** Whoever was met while our person wanted nobody to be remembered: they last as long as the page. */
  readonly #passing = new Set<string>();
  /** What is written, in order. */
  #writing: Promise<unknown> = Promise.resolve();

  /** Without a keeper they last as long as the page. */
  constructor(keeper: ContactKeeper | null = null, all: readonly Contact[] = [], clock: () => number = Date.now) {
    this.#keeper = keeper;
    this.#all = new Cell(sorted(all));
    this.#names.keep(all);
    this.#clock = clock;
  }

  /** In the order of their names. */
  get all(): Watchable<readonly Contact[]> {
    return this.#all;
  }

  find(id: string): Contact | null {
    return this.#all.value.find((each) => each.id === id) ?? null;
  }

  /** Somebody was met by a code, and calls itself `name`; unless it `isKept`, it is forgotten with the page if nothing is made of it. */
  met(key: Bytes, secret: Bytes, name: string, isKept = true): void {
    const id = peerId(key);
    const now = this.#clock();
    const known = this.find(id);
    if (isKept) this.#passing.delete(id);
    else if (known === null) this.#passing.add(id);
    if (known !== null) return this.#put(metAgain(known, secret, now));
    this.#put({ id, key, secret, before: null, name: this.#names.free(id, name), standing: "met", met: now, seen: now });
    this.#forgetSurplus();
  }

  /** A call with this secret has come to a meeting. */
  called(id: string, secret: Bytes): void {
    this.#update(id, (contact) => called(contact, secret, this.#clock()));
  }

  change(id: string, change: Change): void {
    this.#update(id, (contact) => changed(contact, change));
  }

  /** An empty name is what it is called by its two words. */
  rename(id: string, name: string): void {
    this.#update(id, (contact) => ({ ...contact, name: this.#names.free(id, name) }));
  }

  /** Forgets somebody, who can then neither call nor be called. */
  remove(id: string): void {
    this.#passing.delete(id);
    this.#names.remove(id);
    this.#all.set(this.#all.value.filter((each) => each.id !== id));
    this.#keep((keeper) => keeper.remove(id));
  }

  /** Forgets all who were only met. */
  forgetMet(): void {
    for (const { id, standing } of this.#all.value) if (standing === "met") this.remove(id);
  }

  /** Learns what other pages of this browser have changed meanwhile. */
  refresh(): Promise<void> {
    return this.#keep(async (keeper) => {
      const kept = await keeper.all();
      const known = new Set(kept.map(({ id }) => id));
      const all = sorted([...kept, ...this.#all.value.filter(({ id }) => this.#passing.has(id) && !known.has(id))]);
      if (traits(all) === traits(this.#all.value)) return;
      this.#names.keep(all);
      this.#all.set(all);
    });
  }

  #update(id: string, change: (contact: Contact) => Contact): void {
    const contact = this.find(id);
    if (contact !== null) this.#put(change(contact));
  }

  #put(contact: Contact): void {
    this.#names.put(contact);
    this.#all.set(sorted([...this.#all.value.filter(({ id }) => id !== contact.id), contact]));
    if (contact.standing !== "met") this.#passing.delete(contact.id);
    if (!this.#passing.has(contact.id)) this.#keep((keeper) => keeper.put(contact));
  }

  #forgetSurplus(): void {
    const met = this.#all.value.filter(({ standing }) => standing === "met").sort((one, other) => other.seen - one.seen);
    for (const { id } of met.slice(MET_MAX)) this.remove(id);
  }

  /** The disk may be full, or the data of the site gone: then they last as long as the page. */
  #keep(work: (keeper: ContactKeeper) => Promise<void>): Promise<void> {
    const keeper = this.#keeper;
    const result = this.#writing.then(() => (keeper === null ? undefined : work(keeper))).catch(() => undefined);
    this.#writing = result;
    return result;
  }
}

function sorted(all: readonly Contact[]): readonly Contact[] {
  return [...all].sort((one, other) => one.name.localeCompare(other.name) || (one.id < other.id ? -1 : 1));
}

/** What of them shows, or decides who is waited for. */
function traits(all: readonly Contact[]): string {
  return JSON.stringify(all.map(({ id, name, standing, secret, before }) => [id, name, standing, toBase64url(secret), before === null ? null : toBase64url(before)]));
}
