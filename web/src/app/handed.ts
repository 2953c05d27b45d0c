/** What contacts serve in our name: kept in IndexedDB, so that it can be ended by a later visit. */

import type { SignalingClient } from "../signaling/client.ts";
import { Cell } from "./cell.ts";
import type { Database } from "./database.ts";
import { PeerError } from "../errors.ts";
import type { Handed, HandedShare } from "./handing_model.ts";

/** Loads what is not over yet; without a database it lasts as long as the page. */
export async function loadHanded(database: Database | null): Promise<HandedList> {
  const all = await database?.getAll("handed").catch(() => []);
  return new HandedList(database, all ?? []);
}

/** The list, and where it is kept. */
export class HandedList {
  readonly list: Cell<readonly HandedShare[]>;
  readonly #database: Database | null;

  constructor(database: Database | null = null, all: readonly HandedShare[] = []) {
    this.#database = database;
    this.list = new Cell<readonly HandedShare[]>(all.filter(({ until }) => until > Date.now()));
    for (const { until, locator } of all) if (until <= Date.now()) void database?.delete("handed", locator).catch(() => undefined);
  }

  add(share: HandedShare): void {
    this.list.set([...this.#without(share), share]);
    void this.#database?.put("handed", share).catch(() => undefined);
  }

  remove(share: HandedShare): void {
    this.list.set(this.#without(share));
    void this.#database?.delete("handed", share.locator).catch(() => undefined);
  }

  #without({ locator }: HandedShare): readonly HandedShare[] {
    return this.list.value.filter((each) => each.locator !== locator);
  }
}

export class PageHanded implements Handed {
  readonly #client: Pick<SignalingClient, "ask">;
  readonly #kept: HandedList;
  /** Told what is not served any more. */
  readonly #onStopped: (locator: string) => void;

  constructor(client: Pick<SignalingClient, "ask">, kept: HandedList, onStopped: (locator: string) => void) {
    this.#client = client;
    this.#kept = kept;
    this.#onStopped = onStopped;
  }

  get list(): HandedList["list"] {
    return this.#kept.list;
  }

  add(share: HandedShare): void {
    this.#kept.add(share);
  }

  /** By claiming the code its owner takes the delegation back; then nobody needs the code any more. */
  async stop(share: HandedShare): Promise<void> {
    const { locator } = share;
    try {
      await this.#client.ask({ t: "open", locator });
      await this.#client.ask({ t: "shut", locator });
    } catch (error) {
      if (!(error instanceof PeerError) || error.code !== "locator-taken") throw error; // it is somebody else's by now
    }
    this.#kept.remove(share);
    this.#onStopped(locator);
  }
}
