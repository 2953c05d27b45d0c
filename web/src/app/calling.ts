/** A contact is called, up to the point from which all is as with a code. Twin of pypeer/contacts/calling.py. */

import { type Contact, tokensOf } from "../contacts/contact.ts";
import { PeerError } from "../errors.ts";
import type { Met } from "../gen/signaling.ts";
import { CAP_CONTACTS } from "../gen/signaling_constants.ts";
import { callPassword, ringOf } from "../secure/contact.ts";
import { type Bytes, toBase64url } from "../secure/encoding.ts";
import { meetAs, type Peer } from "./peer.ts";
import type { Guest } from "./receivers.ts";
import { PairRelays } from "./relays.ts";

/** A pair with a contact that waits, and the secret that both have. */
interface Reached {
  readonly met: Met;
  readonly secret: Bytes;
}

/** Calls it, and proves to each other who is there; `onMet` is told the secret that was good. Rejects with PeerError. */
export async function call(peer: Peer, contact: Contact, onMet: (secret: Bytes) => void): Promise<Guest> {
  const { met, secret } = await reach(peer, contact);
  const { client, timer, switchboard } = peer;
  if (met.peer !== toBase64url(contact.key)) {
    client.post({ t: "leave", pair: met.pair, reason: "broken" });
    throw misled();
  }
  const relays = new PairRelays(client, timer, met);
  const pair = meetAs(peer, { role: "B", id: met.pair, peerKey: contact.key, code: callPassword(secret), ticket: relays.ticket });
  pair.onWrongWords = () => null; // there is nothing to guess
  switchboard.adopt(pair);
  try {
    const meet = await pair.meet(timer);
    onMet(secret);
    return { pair, meet, relays };
  } catch (error) {
    switchboard.drop(pair.id);
    throw error;
  }
}

async function reach({ client }: Peer, contact: Contact): Promise<Reached> {
  if (client.isReady && !client.caps.includes(CAP_CONTACTS)) throw new PeerError("no-contacts", "This server knows nothing of contacts. Send with a code.", false);
  const { key } = contact;
  for (const { token, secret } of tokensOf(contact, key)) {
    try {
      return { met: await client.ask({ t: "call", ring: ringOf(token, key) }), secret };
    } catch (error) {
      if (!(error instanceof PeerError) || error.code !== "not-here") throw error;
    }
  }
  throw absent(contact.name);
}

/** One sentence for both, so that nothing is told. */
function absent(name: string): PeerError {
  return new PeerError("not-here", `${name} is not here, or has not added you yet. There, the page has to be open and reachable, or “pypeer inbox” has to run; or send with a code.`);
}

function misled(): PeerError {
  return new PeerError("broken", "The server leads to somebody else than this contact. Do not trust it.", false);
}
