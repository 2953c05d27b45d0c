/** Keeps in IndexedDB which sealed spaces this browser is in, and lets its other pages know what has changed. */

import { SpaceBook, type SpaceKeeper } from "../spaces/book.ts";
import type { Database } from "./database.ts";

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
