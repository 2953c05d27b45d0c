/** What is kept in IndexedDB, version by version; pure. A version that people have is never changed: what is new is a version more. */

/** A store, and where its keys come from: from a property of what is in it, or from outside. */
interface NewStore {
  readonly name: StoreName;
  readonly keyPath: string | null;
}

export type StoreName = "keys" | "settings" | "past" | "libraries" | "shared" | "contacts" | "spaces" | "shelf" | "handed";

/** What each version adds to the one before. */
const VERSIONS: readonly (readonly NewStore[])[] = [
  // 1: the identity
  [{ name: "keys", keyPath: null }],
  // 2: settings, transfers that are over, what was published, and what was shared with the page and not taken yet
  [{ name: "settings", keyPath: null }, { name: "past", keyPath: "key" }, { name: "libraries", keyPath: null }, { name: "shared", keyPath: "key" }],
  // 3: whom this browser has met by a code, with the secrets for meeting again
  [{ name: "contacts", keyPath: "id" }],
  // 4: which sealed spaces this browser is in, with their keys
  [{ name: "spaces", keyPath: "name" }],
  // 5: the key of what is shared with contacts, and who has it
  [{ name: "shelf", keyPath: null }],
  // 6: what contacts serve in our name, with the codes
  [{ name: "handed", keyPath: "locator" }],
];

export const VERSION = VERSIONS.length;

/** Stores to be made where there is a database of version `from`; 0 where there is none. */
export function storesSince(from: number): readonly NewStore[] {
  return VERSIONS.slice(from).flat();
}
