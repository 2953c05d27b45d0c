/** The database of this browser (schema.ts). */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Contact } from "../contacts/contact.ts";
import type { OwnKey } from "../spaces/own.ts";
import type { Space } from "../spaces/space.ts";
import type { HandedShare } from "./handing_model.ts";
import type { PastTransfer } from "./history.ts";
import type { KeptLibrary, Settings } from "./memory.ts";
import { storesSince, VERSION } from "./schema.ts";

const NAME = "byway";

/** What another program handed over to this page as an installed app. */
export interface Shared {
  readonly key: string;
  readonly files: readonly File[];
  readonly text: string;
}

interface Schema extends DBSchema {
  keys: { key: string; value: CryptoKeyPair };
  settings: { key: string; value: Settings };
  past: { key: string; value: PastTransfer };
  libraries: { key: string; value: KeptLibrary };
  shared: { key: string; value: Shared };
  contacts: { key: string; value: Contact };
  spaces: { key: string; value: Space };
  shelf: { key: string; value: OwnKey };
  handed: { key: string; value: HandedShare };
}

export type Database = IDBPDatabase<Schema>;

/** How long a browser may take to open it, in milliseconds: longer, and it never will (a page of an older version holds it, or storage is broken). */
const OPEN_MS = 5000;

/** Null where nothing can be kept, as in some private windows. */
export async function openDatabase(): Promise<Database | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), OPEN_MS));
  return Promise.race([open().catch(() => null), late]);
}

/** What was handed over since it was last looked; it is not kept any longer. */
export async function takeShared(database: Database | null): Promise<readonly Shared[]> {
  if (database === null) return [];
  try {
    const transaction = database.transaction("shared", "readwrite");
    const all = await transaction.store.getAll();
    await transaction.store.clear();
    await transaction.done;
    return all;
  } catch {
    return [];
  }
}

async function open(): Promise<Database> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade(database, from) {
      for (const { name, keyPath } of storesSince(from)) database.createObjectStore(name, keyPath === null ? {} : { keyPath });
    },
    // A page of a newer version waits for this one to let go.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
}
