/** Keeps in IndexedDB whom this browser has met by a code, and lets its other pages know what has changed. */

import { ContactBook, type ContactKeeper } from "../contacts/book.ts";
import type { Database } from "./database.ts";

/** What pages of one browser tell each other over. */
const CHANNEL = "byway-contacts";

/** Loads them; without a database they last as long as the page. */
export async function loadContacts(database: Database | null): Promise<ContactBook> {
  if (database === null) return new ContactBook();
  try {
    const channel = new BroadcastChannel(CHANNEL);
    const book = new ContactBook(keeperOf(database, () => channel.postMessage(null)), await database.getAll("contacts"));
    channel.onmessage = () => void book.refresh();
    return book;
  } catch {
    return new ContactBook();
  }
}

function keeperOf(database: Database, changed: () => void): ContactKeeper {
  return {
    put: async (contact) => {
      await database.put("contacts", contact);
      changed();
    },
    remove: async (id) => {
      await database.delete("contacts", id);
      changed();
    },
    all: () => database.getAll("contacts"),
  };
}
