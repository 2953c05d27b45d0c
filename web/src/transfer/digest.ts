/** The digest of a manifest with all its roots: what a delegation is for; pure. Twin of pypeer/delegates/digest.py. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Entry } from "../gen/peer.ts";
import { type Bytes, concat, fromHex, utf8 } from "../secure/encoding.ts";

/** Domain separation. */
const CONTEXT = utf8("byway manifest v1\n");

/** The root of what has no content. */
const NONE = new Uint8Array(32);

/** 32 bytes; null if the root of a file is not told. */
export function digestOf(entries: readonly Entry[], text: boolean): Bytes | null {
  const hash = sha256.create().update(CONTEXT);
  for (const entry of entries) {
    const { path, size = 0, root, folder = false } = entry;
    const known = folder || size === 0 ? NONE : root ? fromHex(root) : null;
    if (known === null) return null;
    const name = utf8(path);
    const numbers = new DataView(new ArrayBuffer(12));
    numbers.setUint32(0, name.length);
    numbers.setBigUint64(4, BigInt(size));
    const [length, bytes] = [new Uint8Array(numbers.buffer, 0, 4), new Uint8Array(numbers.buffer, 4)];
    hash.update(concat(Uint8Array.of(whatIs(entry, text)), length, name, bytes, known));
  }
  return concat(hash.digest());
}

function whatIs({ folder = false, exec = false }: Entry, text: boolean): number {
  if (folder) return 1;
  if (text) return 2;
  return exec ? 3 : 0;
}
