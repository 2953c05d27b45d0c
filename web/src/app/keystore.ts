/** Keeps the identity of this browser in IndexedDB, as a key that no script can read out. */

import { type Identity, identityOf, newKeys } from "../secure/identity.ts";
import type { Database } from "./database.ts";

const NAME = "identity";

/** The identity of this browser, made the first time. Where nothing can be kept it lasts as long as the page. */
export async function loadIdentity(database: Database | null): Promise<Identity> {
  const fresh = await newKeys();
  const kept = database === null ? fresh : await keep(database, fresh).catch(() => fresh);
  return identityOf(kept);
}

/** The keys that are kept; the given ones if there are none. Two pages that start at once agree: one transaction is first. */
async function keep(database: Database, fresh: CryptoKeyPair): Promise<CryptoKeyPair> {
  const transaction = database.transaction("keys", "readwrite");
  const known = await transaction.store.get(NAME);
  if (known === undefined) await transaction.store.add(fresh, NAME);
  await transaction.done;
  return known ?? fresh;
}
