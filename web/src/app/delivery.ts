/** Something sent to one contact, without a code: the contact is called, and decides whether to take it. Twin of pypeer/contacts/delivery.py. */

import { type Contact, tokensOf } from "../contacts/contact.ts";
import { PeerError } from "../errors.ts";
import type { Met } from "../gen/signaling.ts";
import { CAP_CONTACTS } from "../gen/signaling_constants.ts";
import { callPassword, ringOf } from "../secure/contact.ts";
import { type Bytes, toBase64url } from "../secure/encoding.ts";
import type { Pair } from "../signaling/pair.ts";
import { Cell } from "./cell.ts";
import type { Share, ShareState, ShareSummary } from "./model.ts";
import { meetAs, type Peer } from "./peer.ts";
import { Receivers } from "./receivers.ts";
import { PairRelays } from "./relays.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

/** How long a person at the other side may take, in seconds: five minutes, and what it takes to say so. */
const PERSON_S = 310;

/** A pair with a contact that waits, and the secret that both have. */
interface Reached {
  readonly met: Met;
  readonly secret: Bytes;
}

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
      await this.#meet(await this.#call());
    } catch (error) {
      if (this.#isCalling) this.state.set({ kind: "failed", problem: toProblem(error) });
    }
  }

  /** Rejects with PeerError. */
  async #call(): Promise<Reached> {
    const { client } = this.#peer;
    if (client.isReady && !client.caps.includes(CAP_CONTACTS)) throw new PeerError("no-contacts", "This server knows nothing of contacts. Send with a code.", false);
    const { key } = this.#contact;
    for (const { token, secret } of tokensOf(this.#contact, key)) {
      try {
        return { met: await client.ask({ t: "call", ring: ringOf(token, key) }), secret };
      } catch (error) {
        if (!(error instanceof PeerError) || error.code !== "not-here") throw error;
      }
    }
    throw absent(this.#contact.name);
  }

  async #meet({ met, secret }: Reached): Promise<void> {
    const { client, timer, switchboard } = this.#peer;
    if (met.peer !== toBase64url(this.#contact.key)) {
      client.post({ t: "leave", pair: met.pair, reason: "broken" });
      throw misled();
    }
    const relays = new PairRelays(client, timer, met);
    const pair = meetAs(this.#peer, { role: "B", id: met.pair, peerKey: this.#contact.key, code: callPassword(secret), ticket: relays.ticket });
    pair.onWrongWords = () => null; // there is nothing to guess
    switchboard.adopt(pair);
    try {
      const meet = await pair.meet(timer);
      this.#onMet(secret);
      if (!this.#isCalling) return await this.#part(pair);
      this.state.set({ kind: "closed", reason: "called" });
      this.#receivers.serve({ pair, meet, relays }, this.#offered, undefined, PERSON_S);
    } catch (error) {
      switchboard.drop(pair.id);
      throw error;
    }
  }

  async #part(pair: Pair): Promise<void> {
    await pair.part("cancelled");
    this.#peer.switchboard.drop(pair.id);
  }
}

/** One sentence for both, so that nothing is told. */
function absent(name: string): PeerError {
  return new PeerError("not-here", `${name} is not here, or has not added you yet. There, the page has to be open and reachable, or “pypeer inbox” has to run; or send with a code.`);
}

function misled(): PeerError {
  return new PeerError("broken", "The server leads to somebody else than this contact. Do not trust it.", false);
}
