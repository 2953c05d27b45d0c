/** The database of this browser (schema.ts). */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { PastTransfer } from "./history.ts";
import type { KeptLibrary, Settings } from "./memory.ts";
import { storesSince, VERSION } from "./schema.ts";

const NAME = "byway";

interface Schema extends DBSchema {
  keys: { key: string; value: CryptoKeyPair };
  settings: { key: string; value: Settings };
  past: { key: string; value: PastTransfer };
  libraries: { key: string; value: KeptLibrary };
}

export type Database = IDBPDatabase<Schema>;

/** How long a browser may take to open it, in milliseconds: longer, and it never will (a page of an older version holds it, or storage is broken). */
const OPEN_MS = 5000;

/** Null where nothing can be kept, as in some private windows. */
export async function openDatabase(): Promise<Database | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), OPEN_MS));
  return Promise.race([open().catch(() => null), late]);
}

function open(): Promise<Database> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade(database, from) {
      for (const { name, keyPath } of storesSince(from)) database.createObjectStore(name, keyPath === null ? {} : { keyPath });
    },
    // A page of a newer version waits for this one to let go.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
}
