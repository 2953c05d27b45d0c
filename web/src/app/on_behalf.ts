/** What a delegate shows to whoever comes for a code: in whose name it serves. Twin of pypeer/delegates/proof.py. */

import { PeerError } from "../errors.ts";
import type { Entry, OnBehalf } from "../gen/peer.ts";
import { type Delegation, flawOf, parseDelegation } from "../secure/delegation.ts";
import { type Bytes, sameBytes } from "../secure/encoding.ts";
import { digestOf } from "../transfer/digest.ts";

/** Why something is refused that its owner has not signed. */
export const NOT_SIGNED = "It is not what the owner of the code has handed over. Do not trust whoever serves it.";

/** What lets this key serve the code of this locator; rejects with PeerError. */
export async function provenBy({ delegation }: OnBehalf, delegate: Bytes, locator: string | null): Promise<Delegation> {
  const signed = parseDelegation(delegation);
  if (signed === null || locator === null || (await flawOf(signed, delegate, locator, Date.now() / 1000)) !== null) throw unproven();
  return signed.delegation;
}

/** Whether these entries are those that were signed, if any were. */
export function isVouched(entries: readonly Entry[], text: boolean, signed: Bytes | null): boolean {
  if (signed === null) return true;
  const digest = digestOf(entries, text);
  return digest !== null && sameBytes(digest, signed);
}

function unproven(): PeerError {
  return new PeerError("bad-delegation", "Whoever waits under this code says that it serves for somebody else, and cannot prove it. Do not trust it: ask the sender for a new code.", false);
}
