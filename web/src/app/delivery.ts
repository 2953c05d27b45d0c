/** Something sent to one contact, without a code: the contact is called, and decides whether to take it. Twin of pypeer/contacts/delivery.py. */

import type { Contact } from "../contacts/contact.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Pair } from "../signaling/pair.ts";
import { call } from "./calling.ts";
import { Cell } from "./cell.ts";
import type { Share, ShareState, ShareSummary } from "./model.ts";
import type { Peer } from "./peer.ts";
import { Receivers } from "./receivers.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

/** How long a person at the other side may take, in seconds: five minutes, and what it takes to say so. */
const PERSON_S = 310;

export class Delivery implements Share {
  readonly summary: ShareSummary;
  readonly state = new Cell<ShareState>({ kind: "opening" });
  readonly #peer: Peer;
  readonly #contact: Contact;
  readonly #offered: Offered;
  readonly #receivers: Receivers;
  readonly #onMet: (secret: Bytes) => void;

  /** `onMet` is told the secret of a call that has come to a meeting. */
  constructor(peer: Peer, contact: Contact, offered: Offered, onMet: (secret: Bytes) => void) {
    const { files, folders, bytes, title = "", text = false } = offered.offer;
    this.summary = { files, folders, bytes, title, text };
    this.#peer = peer;
    this.#contact = contact;
    this.#offered = offered;
    this.#receivers = new Receivers(peer);
    this.#onMet = onMet;
    void this.#deliver();
  }

  get receivers(): Receivers["list"] {
    return this.#receivers.list;
  }

  get limit(): Receivers["limit"] {
    return this.#receivers.limit;
  }

  setLimit(rate: number | null): void {
    this.#receivers.setLimit(rate);
  }

  stop(): void {
    if (this.#isCalling) this.state.set({ kind: "closed", reason: "stopped" });
    this.#receivers.cancelAll();
  }

  /** The person may have stopped it meanwhile. */
  get #isCalling(): boolean {
    return this.state.value.kind === "opening";
  }

  async #deliver(): Promise<void> {
    try {
      const guest = await call(this.#peer, this.#contact, this.#onMet);
      if (!this.#isCalling) return await this.#part(guest.pair);
      this.state.set({ kind: "closed", reason: "called" });
      this.#receivers.serve(guest, this.#offered, undefined, { patience: PERSON_S });
    } catch (error) {
      if (this.#isCalling) this.state.set({ kind: "failed", problem: toProblem(error) });
    }
  }

  async #part(pair: Pair): Promise<void> {
    await pair.part("cancelled");
    this.#peer.switchboard.drop(pair.id);
  }
}
