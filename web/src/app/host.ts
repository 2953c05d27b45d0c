/** Serves those who ask for something of a library: what they want is looked for, the owner asked, and then sent. After pypeer/library/host.py. */

import { choose, type Stocked } from "../directory/wanting.ts";
import type { EndCode } from "../gen/peer.ts";
import type { Asked } from "../gen/signaling.ts";
import { fromBase64url } from "../secure/encoding.ts";
import type { Pair } from "../signaling/pair.ts";
import { Consent } from "./consent.ts";
import { meetAs, type Peer } from "./peer.ts";
import { type Guest, MEETINGS_MAX, Receivers, RECEIVERS_MAX } from "./receivers.ts";
import { PairRelays } from "./relays.ts";
import type { Offered } from "./sources.ts";

/** What there is to be had, as it is now. */
export interface Stock {
  readonly files: readonly Stocked[];
  readonly offered: Offered;
}

/** What a library is called, and whether its owner is asked about each request. */
export interface Terms {
  readonly name: string;
  readonly asks: boolean;
}

/** Of one library. */
export class Host {
  readonly receivers: Receivers;
  readonly consent: Consent;
  readonly #peer: Peer;
  readonly #terms: Terms;
  readonly #stock: () => Stock;
  #meetings = 0;
  #isOpen = true;

  constructor(peer: Peer, terms: Terms, stock: () => Stock) {
    this.#peer = peer;
    this.#terms = terms;
    this.#stock = stock;
    this.receivers = new Receivers(peer);
    this.consent = new Consent(peer.timer);
  }

  /** Nobody more is served, and those who are served now are served to the end. */
  close(): void {
    this.#isOpen = false;
    this.consent.refuseAll();
  }

  /** Somebody asks to meet, who has to know this password. */
  asked(asked: Asked, password: string): void {
    const relays = new PairRelays(this.#peer.client, this.#peer.timer, asked);
    const key = fromBase64url(asked.peer);
    if (key === null) return;
    const pair = meetAs(this.#peer, { role: "B", id: asked.pair, peerKey: key, code: password, ticket: relays.ticket });
    if (!this.#isOpen) return pair.refuse("used");
    if (this.receivers.serving >= RECEIVERS_MAX || this.#meetings >= MEETINGS_MAX) return pair.refuse("busy");
    pair.onWrongWords = () => null; // nobody guesses: who does not know it is another program, or no member
    this.#peer.switchboard.adopt(pair);
    void this.#meet(pair, relays);
  }

  async #meet(pair: Pair, relays: PairRelays): Promise<void> {
    this.#meetings += 1;
    try {
      const meet = await pair.meet(this.#peer.timer);
      const want = await pair.want(this.#peer.timer);
      const { files, offered } = this.#stock();
      const choice = choose(files, want, this.#terms.name);
      if (this.#peer.isBlocked(pair.peerKey)) await this.#part(pair, "declined");
      else if ("code" in choice) await this.#part(pair, choice.code);
      else void this.#give({ pair, meet, relays }, offered.part(choice.picked), want.why ?? "");
    } catch {
      this.#peer.switchboard.drop(pair.id); // whoever does not say what they want gets nothing
    } finally {
      this.#meetings -= 1;
    }
  }

  async #give(guest: Guest, part: Offered, why: string): Promise<void> {
    const mayHave = !this.#terms.asks || (await this.consent.ask(guest, part.offer, why));
    if (mayHave === null) return this.#peer.switchboard.drop(guest.pair.id);
    if (!mayHave || !this.#isOpen) return this.#part(guest.pair, "declined");
    this.receivers.serve(guest, part);
  }

  async #part(pair: Pair, code: EndCode): Promise<void> {
    await pair.part(code);
    this.#peer.switchboard.drop(pair.id);
  }
}
