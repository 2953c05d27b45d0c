/** Keeps the identity of this browser in IndexedDB, as a key that no script can read out. */

import { type Identity, identityOf, newKeys } from "../secure/identity.ts";

const DATABASE = "byway";
const STORE = "keys";
const NAME = "identity";

/** The identity of this browser, made the first time. Where nothing can be kept it lasts as long as the page. */
export async function loadIdentity(): Promise<Identity> {
  const fresh = await newKeys();
  const kept = await keep(fresh).catch(() => fresh);
  return identityOf(kept);
}

/** The keys that are kept; the given ones if there are none. Two pages that start at once agree: one transaction is first. */
async function keep(fresh: CryptoKeyPair): Promise<CryptoKeyPair> {
  const database = await open();
  try {
    const store = database.transaction(STORE, "readwrite").objectStore(STORE);
    const known = (await settled(store.get(NAME))) as CryptoKeyPair | undefined;
    if (known !== undefined) return known;
    await settled(store.add(fresh, NAME));
    return fresh;
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}
