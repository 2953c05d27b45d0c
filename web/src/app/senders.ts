/** The senders of one fetch: each is met by itself, and one of them is shown to the person. Twin of pypeer/senders.py. */

import type { PeerError } from "../errors.ts";
import type { EndCode, Invite } from "../gen/peer.ts";
import { Cell } from "./cell.ts";
import type { Person, SenderInfo } from "./model.ts";
import type { Peer } from "./peer.ts";
import { Supplier } from "./supplier.ts";
import type { Transfer } from "./transfer.ts";
import type { Way } from "./ways.ts";

export interface SendersEvents {
  /** See SupplierEvents. */
  readonly onPreview: (supplier: Supplier) => void;
  readonly onInvited: (supplier: Supplier, invite: Invite, from: Person) => void;
  readonly onGone: (supplier: Supplier, error: Error) => void;
  /** The one that was shown has come to its end. */
  readonly onLeadEnded: () => void;
}

export class Senders {
  readonly list = new Cell<readonly SenderInfo[]>([]);
  readonly #peer: Peer;
  readonly #transfer: Transfer;
  readonly #events: SendersEvents;
  readonly #all: Supplier[] = [];
  #lead: Supplier | null = null;

  /** What becomes of the one that is shown is told to `transfer`. */
  constructor(peer: Peer, transfer: Transfer, events: SendersEvents) {
    this.#peer = peer;
    this.#transfer = transfer;
    this.#events = events;
  }

  /** All that there ever were, by their numbers. */
  get all(): readonly Supplier[] {
    return this.#all;
  }

  get left(): readonly Supplier[] {
    return this.#all.filter(({ transfer }) => !transfer.hasEnded);
  }

  /** Who told first what is offered, of those that are left. */
  get lead(): Supplier | null {
    return this.#lead;
  }

  numberOf(supplier: Supplier): number {
    return this.#all.indexOf(supplier);
  }

  /** One more, that has yet to be met. */
  add(way: Way): Supplier {
    const supplier: Supplier = new Supplier(this.#peer, way, {
      onPreview: () => this.#events.onPreview(supplier),
      onInvited: (invite, from) => this.#events.onInvited(supplier, invite, from),
      onGone: (error) => this.#events.onGone(supplier, error),
    });
    this.#all.push(supplier);
    this.list.set(this.#all.map(({ transfer: { state } }, number) => ({ key: String(number), state })));
    supplier.transfer.state.watch(() => {
      this.#follows();
      if (supplier === this.#lead && supplier.transfer.hasEnded) this.#events.onLeadEnded();
    });
    return supplier;
  }

  /** What this one offers is what the person decides about. */
  follow(supplier: Supplier): void {
    this.#lead = supplier;
    this.#follows();
  }

  /** The one that was shown is gone: another that has told what it offers. */
  succeed(): Supplier | null {
    this.#lead = null;
    return this.left.find(({ offering }) => offering !== null) ?? null;
  }

  leave(code: EndCode, error: PeerError): void {
    for (const supplier of this.#all) supplier.leave(code, error);
  }

  /** Of several that are there the one is shown whose offer is. */
  #follows(): void {
    const first = this.#all.filter((each) => each === this.#lead);
    this.#transfer.follow([...first, ...this.#all].map(({ transfer }) => transfer));
  }
}
