/** The spaces of this browser. Changes show at once, and are kept by and by. Pure but for whoever keeps it. */

import { Cell } from "../app/cell.ts";
import type { Watchable } from "../app/model.ts";
import { CodeProblem } from "../secure/code.ts";
import { type Bytes, sameBytes } from "../secure/encoding.ts";
import { freeName, newSpace, same, type Space } from "./space.ts";

/** Spaces of one person, as at the command line (SPACES_MAX of pypeer/spaces/store.py). */
export const SPACES_MAX = 64;

/** Where they are kept; each rejects if they cannot be. */
export interface SpaceKeeper {
  put(space: Space): Promise<void>;
  remove(name: string): Promise<void>;
  all(): Promise<readonly Space[]>;
}

export class SpaceBook {
  readonly #all: Cell<readonly Space[]>;
  readonly #keeper: SpaceKeeper | null;
  /** What is written, in order. */
  #writing: Promise<unknown> = Promise.resolve();

  /** Without a keeper they last as long as the page. */
  constructor(keeper: SpaceKeeper | null = null, all: readonly Space[] = []) {
    this.#keeper = keeper;
    this.#all = new Cell(sorted(all));
  }

  /** In the order of their names. */
  get all(): Watchable<readonly Space[]> {
    return this.#all;
  }

  named(name: string): Space | null {
    return this.#all.value.find((each) => each.name === name) ?? null;
  }

  /** The space with the same key, if this browser is in it already. */
  like(space: Space): Space | null {
    return this.#all.value.find(({ key }) => sameBytes(key, space.key)) ?? null;
  }

  /** A space of which nobody else knows; `key` has KEY_BYTES random bytes. Throws CodeProblem for a name that cannot be one, or is one here. */
  create(name: string, key: Bytes, now: number): Space {
    const space = newSpace(name, key, now);
    if (space === null) throw new CodeProblem("No space can be called that: choose another name.");
    if (this.#all.value.some((each) => same(each.name) === same(space.name))) throw new CodeProblem("You are in a space of this name already: choose another.");
    return this.join(space);
  }

  /** Keeps a space: as it is kept, since a name that another one has gets a number. Throws CodeProblem if there are too many. */
  join(space: Space): Space {
    const known = this.like(space);
    if (known !== null) return known;
    const all = this.#all.value;
    if (all.length >= SPACES_MAX) throw new CodeProblem(`You are in ${SPACES_MAX} spaces, which is the most: leave one first.`);
    const kept = { ...space, name: freeName(space.name, all.map(({ name }) => name)) };
    this.#all.set(sorted([...all, kept]));
    void this.#keep((keeper) => keeper.put(kept));
    return kept;
  }

  /** Forgets a space. */
  leave(name: string): void {
    this.#all.set(this.#all.value.filter((each) => each.name !== name));
    void this.#keep((keeper) => keeper.remove(name));
  }

  /** Learns what other pages of this browser have changed meanwhile. */
  refresh(): Promise<void> {
    return this.#keep(async (keeper) => this.#all.set(sorted(await keeper.all())));
  }

  /** The disk may be full, or the data of the site gone: then they last as long as the page. */
  #keep(work: (keeper: SpaceKeeper) => Promise<void>): Promise<void> {
    const keeper = this.#keeper;
    const result = this.#writing.then(() => (keeper === null ? undefined : work(keeper))).catch(() => undefined);
    this.#writing = result;
    return result;
  }
}

function sorted(all: readonly Space[]): readonly Space[] {
  return [...all].sort((one, other) => (same(one.name) < same(other.name) ? -1 : 1));
}
