/** Something sent to one contact, without a code: the contact is called, and decides whether to take it. Twin of pypeer/contacts/delivery.py. */

import type { Contact } from "../contacts/contact.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Pair } from "../signaling/pair.ts";
import { call } from "./calling.ts";
import { Cell } from "./cell.ts";
import type { Share, ShareState } from "./model.ts";
import type { Peer } from "./peer.ts";
import { Sharing } from "./sharing.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

/** How long a person at the other side may take, in seconds: five minutes, and what it takes to say so. */
const PERSON_S = 310;

export class Delivery extends Sharing implements Share {
  readonly state = new Cell<ShareState>({ kind: "opening" });
  readonly #peer: Peer;
  readonly #contact: Contact;
  readonly #offered: Offered;
  readonly #onMet: (secret: Bytes) => void;

  /** `onMet` is told the secret of a call that has come to a meeting. */
  constructor(peer: Peer, contact: Contact, offered: Offered, onMet: (secret: Bytes) => void) {
    super(peer, offered);
    this.#peer = peer;
    this.#contact = contact;
    this.#offered = offered;
    this.#onMet = onMet;
    void this.#deliver();
  }

  stop(): void {
    if (this.#isCalling) this.state.set({ kind: "closed", reason: "stopped" });
    this.receiving.cancelAll();
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
      this.receiving.serve(guest, this.#offered, undefined, { patience: PERSON_S });
    } catch (error) {
      if (this.#isCalling) this.state.set({ kind: "failed", problem: toProblem(error) });
    }
  }

  async #part(pair: Pair): Promise<void> {
    await pair.part("cancelled");
    this.#peer.switchboard.drop(pair.id);
  }
}
