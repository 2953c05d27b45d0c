/** Keeps in IndexedDB what this browser remembers. */

import type { Database } from "./database.ts";
import { withPast } from "./history.ts";
import { type Keeper, type KeptLibrary, Memory, type Remembered, type Settings, SETTINGS } from "./memory.ts";

/** The one entry of the stores of settings and of libraries. */
const ONLY = "only";

/** What was published by pages that knew nothing else. */
const OPEN: Pick<KeptLibrary, "to"> = { to: { kind: "everyone" } };

/** Where the name was kept by pages before version 2 of the database. */
const OLD_NAME = "byway-name";

/** Loads what is remembered; without a database nothing is, and nothing will be. */
export async function loadMemory(database: Database | null): Promise<Memory> {
  if (database === null) return new Memory();
  try {
    return new Memory(keeperOf(database), await read(database));
  } catch {
    return new Memory();
  }
}

async function read(database: Database): Promise<Remembered> {
  const [settings, past, library] = await Promise.all([database.get("settings", ONLY), database.getAll("past"), database.get("libraries", ONLY)]);
  return { settings: { ...SETTINGS, ...(settings ?? oldSettings()) }, past: await trimmed(database, past), library: library === undefined ? null : { ...OPEN, ...library } };
}

function keeperOf(database: Database): Keeper {
  return {
    change: async (settings) => void (await database.put("settings", settings, ONLY)),
    note: async (past) => void (await database.put("past", past)),
    clearPast: () => database.clear("past"),
    keepLibrary: async (library) => void (library === null ? await database.delete("libraries", ONLY) : await database.put("libraries", library, ONLY)),
    past: () => database.getAll("past"),
  };
}

/** What is not shown any more is not kept either. */
async function trimmed(database: Database, past: Remembered["past"]): Promise<Remembered["past"]> {
  const left = withPast(past);
  const keys = new Set(left.map(({ key }) => key));
  await Promise.all(past.filter(({ key }) => !keys.has(key)).map(({ key }) => database.delete("past", key)));
  return left;
}

function oldSettings(): Partial<Settings> {
  return { name: localStorage.getItem(OLD_NAME) ?? "" };
}
