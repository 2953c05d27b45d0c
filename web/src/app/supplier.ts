/** One sender of what is fetched: found by its code or its library, met, and talked with for as long as the transfer lasts. Twin of pypeer/supplier.py. */

import type { RelayAccess } from "../connect/relay_link.ts";
import { PeerError } from "../errors.ts";
import type { EndCode, Invite, Preview } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import { type Bytes, fromBase64url } from "../secure/encoding.ts";
import { peerId } from "../secure/identity.ts";
import type { Pair } from "../signaling/pair.ts";
import type { Outcome } from "../transfer/effects.ts";
import { fromPeer, TEXTS } from "../transfer/endings.ts";
import { printable } from "../transfer/names.ts";
import { Conversation } from "./conversation.ts";
import type { Person } from "./model.ts";
import { cutOff } from "./no_way.ts";
import { provenBy } from "./on_behalf.ts";
import type { Talk } from "./open_links.ts";
import { meetAs, type Peer, personOf, relayOf } from "./peer.ts";
import { PairRelays } from "./relays.ts";
import { cancelledHere, type SessionEvents } from "./session.ts";
import { Transfer } from "./transfer.ts";
import type { Way } from "./ways.ts";

export interface SupplierEvents {
  /** It has said what it offers; answer with `converse` or `leave`. */
  readonly onPreview: () => void;
  /** It invites to a sealed space instead; answer with `joined` or `leave`. */
  readonly onInvited: (invite: Invite, from: Person) => void;
  /** It is gone, or could not be met, before there was a conversation. */
  readonly onGone: (error: Error) => void;
}

/** What is offered, and by whom. */
export interface Offering {
  readonly preview: Preview;
  readonly person: Person;
  /** The digest of its manifest, where its owner has signed one for whoever serves it. */
  readonly digest: Bytes | null;
}

/** What there is of a sender that was met. */
interface Met extends Offering {
  readonly pair: Pair;
  readonly relay: RelayAccess | null;
}

export class Supplier {
  /** How far the page is with this sender alone. */
  readonly transfer = new Transfer();
  readonly way: Way;
  readonly #peer: Peer;
  readonly #events: SupplierEvents;
  #relays: PairRelays | null = null;
  /** From the beginning of the meeting on. */
  #pair: Pair | null = null;
  #met: Met | null = null;
  #conversation: Conversation | null = null;

  constructor(peer: Peer, way: Way, events: SupplierEvents) {
    this.#peer = peer;
    this.way = way;
    this.#events = events;
  }

  /** What it offers; null until it has said so. */
  get offering(): Offering | null {
    return this.#met;
  }

  /** Everything up to what it offers; what goes wrong is told as its end. */
  async meet(): Promise<void> {
    try {
      const met = await this.way.request(this.#peer.client);
      this.#relays = new PairRelays(this.#peer.client, this.#peer.timer, met);
      await this.#prove(met.pair, met.peer, this.#relays);
    } catch (error) {
      this.#gone(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Draws from it, over whatever links there are, for as long as `talk` lasts. */
  converse(talk: Talk): void {
    if (this.#met === null || this.#relays === null || this.#conversation !== null) return;
    const [{ pair, relay }, relays] = [this.#met, this.#relays];
    const { timer, switchboard, isRelayOnly } = this.#peer;
    const ice = (): readonly IceServer[] => relays.ice;
    const onEnd = (): void => {
      relays.close();
      switchboard.drop(pair.id);
    };
    relays.keep();
    this.#conversation = new Conversation({ pair, transfer: this.transfer, timer, ice, relay, isRelayOnly, onEnd });
    this.transfer.agreed();
    this.#conversation.start(talk);
  }

  /** What the session tells of the links to this sender, and of the end. */
  get events(): SessionEvents | null {
    return this.#conversation?.events ?? null;
  }

  /** Its list is the same: it is asked for what is missing. */
  drawn({ files, bytes }: { readonly files: number; readonly bytes: number }): void {
    this.transfer.event({ type: "accepted", files, bytes });
  }

  /** Nothing more is wanted of it, for this reason. */
  leave(code: EndCode, error: PeerError): void {
    if (this.transfer.hasEnded) return;
    this.transfer.ended(error);
    if (this.#pair !== null) void this.#part(this.#pair, code);
  }

  /** Its invitation was accepted: that is all that it waits for. */
  joined(): void {
    if (this.transfer.hasEnded) return;
    this.transfer.ended(cancelledHere());
    if (this.#pair !== null) void this.#part(this.#pair, null);
  }

  /** It is over, with the transfer or before. */
  ended(result: Outcome | PeerError): void {
    if (this.#conversation !== null) this.#conversation.events.onEnd(result);
    else if (result instanceof Error) this.leave("cancelled", result);
    else this.leave("cancelled", late());
  }

  async #prove(id: string, key: string, relays: PairRelays): Promise<void> {
    const peerKey = fromBase64url(key);
    if (peerKey === null) throw new Error("the server named a key that is none");
    const { owner, text, want, patience, acquaints } = this.way;
    const pair = meetAs(this.#peer, { role: "A", id, peerKey, code: text, ticket: relays.ticket, mayJoin: acquaints });
    if (owner !== null && peerId(peerKey) !== owner) return this.#refuse(pair);
    this.#pair = pair;
    this.#peer.switchboard.adopt(pair);
    try {
      const meet = await pair.meet(this.#peer.timer);
      if (this.transfer.hasEnded) return await this.#part(pair, "cancelled");
      const person = personOf(peerKey, printable(meet.name ?? ""));
      this.transfer.met(person);
      if (want !== null) pair.send(want);
      const told = await pair.preview(this.#peer.timer, patience);
      this.#awaitAnswer(pair);
      const behalf = told.t === "preview" && told.by != null ? await provenBy(told.by, peerKey, this.way.locator) : null;
      // No person has introduced whoever serves something for another.
      if (acquaints && behalf === null) this.#peer.acquaint(pair, meet.name ?? "");
      if (told.t === "invite") return this.#invited(pair, told, person);
      const from = behalf === null ? person : { ...personOf(behalf.owner, printable(told.by?.name ?? "")), by: person };
      if (behalf !== null) this.transfer.met(from);
      this.#previewed({ pair, person: from, digest: behalf?.digest ?? null, relay: relayOf(this.#peer, relays, meet.caps), preview: told });
    } catch (error) {
      this.#peer.switchboard.drop(id);
      throw error;
    }
  }

  /** The server leads to somebody else than it had told of: nothing is said to them. */
  #refuse(pair: Pair): void {
    pair.leave("broken");
    this.#gone(impostor());
  }

  /** What is offered, in sum; nothing of a link is told before the person wants it. */
  #previewed(met: Met): void {
    const { pair } = met;
    if (this.transfer.hasEnded) return void this.#part(pair, "cancelled");
    this.#met = met;
    this.#events.onPreview();
  }

  /** No files: the key of a sealed space. Only where two have proven a code to each other is that asked about. */
  #invited(pair: Pair, invite: Invite, person: Person): void {
    if (this.transfer.hasEnded) return void this.#part(pair, "cancelled");
    if (!this.way.acquaints) throw new PeerError("protocol", TEXTS.protocol, false);
    this.#events.onInvited(invite, person);
  }

  /** While what is offered is looked at, by us and then by our person. */
  #awaitAnswer(pair: Pair): void {
    pair.onEnd = (byServer) => this.#gone(byServer ? cutOff(false) : gone());
    pair.onMessage = (message) => message.t === "part" && this.#gone(message.code == null ? gone() : fromPeer(message.code, ""));
  }

  async #part(pair: Pair, code: EndCode | null): Promise<void> {
    await pair.part(code);
    this.#peer.switchboard.drop(pair.id);
  }

  #gone(error: Error): void {
    if (this.transfer.hasEnded) return;
    this.transfer.ended(error);
    this.#events.onGone(error);
  }
}

function gone(): PeerError {
  return new PeerError("peer-gone", "The other side has gone. Ask it for a new code.");
}

function impostor(): PeerError {
  return new PeerError("broken", "The server leads to somebody else than the owner of this library. Do not trust it.", false);
}

function late(): PeerError {
  return new PeerError("cancelled", "All had arrived before this one was found.", false);
}
