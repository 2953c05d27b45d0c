/** This page as a peer: what everything it shares and fetches has in common. */

import type { RelayAccess } from "../connect/relay_link.ts";
import { CAP_RELAY, CAP_SPACES } from "../gen/peer_constants.ts";
import { shortName } from "../secure/code.ts";
import type { Bytes } from "../secure/encoding.ts";
import { type Identity, peerId } from "../secure/identity.ts";
import { Meeting } from "../secure/meeting.ts";
import type { Role } from "../secure/pake.ts";
import type { SignalingClient } from "../signaling/client.ts";
import { Pair } from "../signaling/pair.ts";
import type { ContactBook } from "../contacts/book.ts";
import type { SpaceBook } from "../spaces/book.ts";
import type { OwnSpace } from "../spaces/own.ts";
import type { Switchboard } from "../signaling/switch.ts";
import type { Timer } from "../timers/timers.ts";
import type { Person } from "./model.ts";
import type { PairRelays } from "./relays.ts";

/** Name of this program, for logs at the other side. */
export const LABEL = "byway-page";

export interface Peer {
  /** Address of the page. */
  readonly page: string;
  readonly identity: Identity;
  readonly client: SignalingClient;
  readonly switchboard: Switchboard;
  readonly timer: Timer;
  /** Whom this browser has met by a code. */
  readonly contactBook: ContactBook;
  /** The sealed spaces of this browser. */
  readonly spaceBook: SpaceBook;
  /** The sealed space of its contacts. */
  readonly ownSpace: OwnSpace;
  /** Only relays may be used: the address of the page has `?relay-only`. */
  readonly isRelayOnly: boolean;
  /** What its person calls it, at most as long as the contract takes. */
  readonly name: string;
  /** Two have proven the same code to each other; the other one calls itself `name`. */
  acquaint(pair: Pair, name: string): void;
  /** Whether its person wants to have nothing to do with who has this key. */
  isBlocked(key: Bytes): boolean;
}

/** With whom, over which code, and with which ticket for the relay inside the WebSocket, if any. */
export interface Encounter {
  readonly role: Role;
  readonly id: string;
  readonly peerKey: Bytes;
  readonly code: string;
  readonly ticket: string | null;
  /** Whether what the code stands for may be an invitation to a sealed space. */
  readonly mayJoin?: boolean;
}

/** A pair in which nothing is proven yet. */
export function meetAs({ identity, client, name }: Peer, { role, id, peerKey, code, ticket, mayJoin = false }: Encounter): Pair {
  const random = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));
  const caps = [...(ticket === null ? [] : [CAP_RELAY]), ...(mayJoin ? [CAP_SPACES] : [])];
  const meeting = new Meeting({ role, identity, peerKey, code, client: LABEL, name, caps, random });
  return new Pair(client, id, peerKey, meeting);
}

/** Who has this key, and calls itself by this name. */
export function personOf(key: Bytes, name: string): Person {
  const id = peerId(key);
  return { id, short: shortName(id), name };
}

/** The way into the relay beside the page, if this side has a ticket and the other one takes part. */
export function relayOf({ page }: Peer, relays: PairRelays, caps: readonly string[] = []): RelayAccess | null {
  if (relays.ticket === null || !caps.includes(CAP_RELAY)) return null;
  const url = new URL("relay", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return { url: url.href, get ticket() { return relays.ticket ?? ""; } };
}
