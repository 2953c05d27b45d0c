/** Keeps in IndexedDB which sealed spaces this browser is in, and lets its other pages know what has changed; and the key of that of its contacts. */

import { SpaceBook, type SpaceKeeper } from "../spaces/book.ts";
import { type OwnKey, OwnSpace } from "../spaces/own.ts";
import type { Database } from "./database.ts";

/** The one entry of the store. */
const ONLY = "only";

/** What pages of one browser tell each other over. */
const CHANNEL = "byway-spaces";

/** Loads them; without a database they last as long as the page. */
export async function loadSpaces(database: Database | null): Promise<SpaceBook> {
  if (database === null) return new SpaceBook();
  try {
    const channel = new BroadcastChannel(CHANNEL);
    const book = new SpaceBook(keeperOf(database, () => channel.postMessage(null)), await database.getAll("spaces"));
    channel.onmessage = () => void book.refresh();
    return book;
  } catch {
    return new SpaceBook();
  }
}

/** The space of this browser's contacts; without a database its key lasts as long as the page. */
export function ownSpace(database: Database | null): OwnSpace {
  return database === null ? new OwnSpace() : new OwnSpace((next) => changeOwn(database, next));
}

/** In one transaction: another page of this browser may do the same. */
async function changeOwn(database: Database, next: (kept: OwnKey | null) => OwnKey): Promise<OwnKey> {
  const transaction = database.transaction("shelf", "readwrite");
  const own = next((await transaction.store.get(ONLY)) ?? null);
  await transaction.store.put(own, ONLY);
  await transaction.done;
  return own;
}

function keeperOf(database: Database, changed: () => void): SpaceKeeper {
  return {
    put: async (space) => {
      await database.put("spaces", space);
      changed();
    },
    remove: async (name) => {
      await database.delete("spaces", name);
      changed();
    },
    all: () => database.getAll("spaces"),
  };
}
