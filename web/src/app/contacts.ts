/** Contacts of this page: it remembers whom it meets by a code, waits for those who may call, and calls them. After pypeer/contacts. */

import { type Change, type Contact, mayCall, tokensOf } from "../contacts/contact.ts";
import type { ContactBook } from "../contacts/book.ts";
import { isMixed } from "../contacts/lookalike.ts";
import { Likeness } from "../contacts/marking.ts";
import { PeerError } from "../errors.ts";
import type { Called } from "../gen/signaling.ts";
import { CAP_CONTACTS, WAITING_TOKENS } from "../gen/signaling_constants.ts";
import { contactSecret } from "../secure/contact.ts";
import { shortName } from "../secure/code.ts";
import { type Bytes, toBase64url } from "../secure/encoding.ts";
import { peerId } from "../secure/identity.ts";
import type { Pair } from "../signaling/pair.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import { Delivery } from "./delivery.ts";
import { FetchedOffer } from "./fetch.ts";
import type { Call, ContactInfo, Contacts, Share, ShareItem } from "./model.ts";
import type { Peer } from "./peer.ts";
import { type Offered, offerItems, offerText } from "./sources.ts";
import { byCall } from "./ways.ts";

/** How long our person may think, in seconds: after that whoever calls has given up. */
const ANSWER_S = 300;

/** Calls that are open at once: a person answers no more; and of one contact, who must not keep all others out. */
const CALLS_MAX = 16;
const CALLS_OF_ONE_MAX = 4;

/** How long to wait before the server is told again that would not hear now, if it does not say, in seconds. */
const AGAIN_S = 5;

/** What the person has chosen before. */
export interface ContactChoices {
  /** Whether contacts can call. */
  readonly isReachable: boolean;
  /** Whether those who are met by a code are remembered. */
  readonly isRemembering: boolean;
}

export class PageContacts implements Contacts {
  readonly isThere = new Cell<boolean | null>(null);
  readonly list = new Cell<readonly ContactInfo[]>([]);
  readonly isReachable: Cell<boolean>;
  readonly isRemembering: Cell<boolean>;
  readonly calls = new Cell<readonly Call[]>([]);
  readonly #peer: Peer;
  readonly #book: ContactBook;
  /** Who waits under which token, by the token. */
  #tokens: ReadonlyMap<string, { readonly id: string; readonly secret: Bytes }> = new Map();
  /** Tokens that the server was told last in this session; null where it was told nothing. */
  #told: string | null = null;
  /** Calls that are under way, by pair, whether they were answered or not, and of which contact. */
  readonly #open = new Map<string, { readonly id: string; readonly fetch: FetchedOffer }>();

  constructor(peer: Peer, book: ContactBook, { isReachable, isRemembering }: ContactChoices) {
    this.#peer = peer;
    this.#book = book;
    this.isReachable = new Cell(isReachable);
    this.isRemembering = new Cell(isRemembering);
    book.all.watch((all) => {
      this.list.set(infosOf(all));
      this.#wait();
    });
  }

  /** What the server can do is known, perhaps anew; unless `resumed` it has forgotten what it was told. */
  signedIn(resumed: boolean): void {
    const isThere = this.#peer.client.caps.includes(CAP_CONTACTS);
    if (isThere !== this.isThere.value) this.isThere.set(isThere);
    if (!resumed) this.#told = null;
    this.#wait();
  }

  setReachable(isReachable: boolean): void {
    this.isReachable.set(isReachable);
    this.#wait();
  }

  setRemembering(isRemembering: boolean): void {
    this.isRemembering.set(isRemembering);
  }

  forgetMet(): void {
    this.#book.forgetMet();
  }

  change(id: string, change: Change): void {
    this.#book.change(id, change);
    if (change === "block") this.#endAll(id);
  }

  rename(id: string, name: string): void {
    this.#book.rename(id, name);
  }

  remove(id: string): void {
    this.#book.remove(id);
    this.#endAll(id);
  }

  send(id: string, items: readonly ShareItem[]): Share {
    return this.#send(id, offerItems(items));
  }

  sendText(id: string, text: string): Share {
    return this.#send(id, offerText(text));
  }

  answered(call: Call): void {
    this.calls.set(this.calls.value.filter(({ key }) => key !== call.key));
  }

  /** Two have met by a code: both can derive the same secret now. */
  acquaint({ bind, peerKey }: Pair, name: string): void {
    if (bind !== null) this.#book.met(peerKey, contactSecret(bind), printable(name), this.isRemembering.value);
  }

  isBlocked(key: Bytes): boolean {
    return this.#book.find(peerId(key))?.standing === "blocked";
  }

  /** Somebody calls: whether it is one for whom this page waits. */
  called(called: Called): boolean {
    const waited = this.#tokens.get(called.token);
    const contact = waited === undefined ? null : this.#book.find(waited.id);
    if (waited === undefined || contact === null || !mayCall(contact)) return false;
    // A server that leads to somebody else lies, and whoever calls too much is not heard.
    if (called.peer !== toBase64url(contact.key) || this.#isFull(contact)) return false;
    this.#take(called, contact, waited.secret);
    return true;
  }

  #isFull({ id }: Contact): boolean {
    const all = [...this.#open.values()];
    return all.length >= CALLS_MAX || all.filter((each) => each.id === id).length >= CALLS_OF_ONE_MAX;
  }

  #take(called: Called, contact: Contact, secret: Bytes): void {
    const key = called.pair;
    const fetch = new FetchedOffer(this.#peer, [byCall(called, contact.id, secret)]);
    this.#open.set(key, { id: contact.id, fetch });
    let [hasMet, hasRung] = [false, false];
    fetch.state.watch(({ person, phase }) => {
      if (person !== null && !hasMet) {
        hasMet = true;
        this.#book.called(contact.id, secret);
      }
      if (phase === "failed" || phase === "done") this.#over(key);
    });
    fetch.offer.watch((offer) => {
      if (offer === null || hasRung || !this.#open.has(key)) return;
      hasRung = true;
      void this.#rings(key, contact.id, fetch);
    });
  }

  /** It is known what is offered: a rule takes it, or the person is asked. */
  async #rings(key: string, id: string, fetch: FetchedOffer): Promise<void> {
    const contact = this.#infoOf(id);
    if (contact === null) return fetch.decline();
    const isTaken = contact.standing === "always" && (await takenByRule(fetch));
    if (!this.#open.has(key)) return;
    this.calls.set([...this.calls.value, { key, contact, fetch, isTaken }]);
    if (isTaken) return;
    this.#peer.timer(ANSWER_S, () => {
      if (this.calls.value.some((each) => each.key === key)) fetch.decline();
    });
  }

  #over(key: string): void {
    this.#open.delete(key);
    if (this.calls.value.some((each) => each.key === key)) this.calls.set(this.calls.value.filter((each) => each.key !== key));
  }

  /** Nothing more of this contact is taken: what it offers, and what is on its way, ends. */
  #endAll(id: string): void {
    for (const each of [...this.#open.values()]) if (each.id === id) each.fetch.decline();
  }

  #infoOf(id: string): ContactInfo | null {
    return this.list.value.find((each) => each.id === id) ?? null;
  }

  #send(id: string, offered: Offered): Share {
    const contact = this.#book.find(id);
    if (contact === null) throw new PeerError("not-here", "You have forgotten this contact. Send with a code.", false);
    this.#book.change(id, "add"); // whoever is sent to may send back
    return new Delivery(this.#peer, contact, offered, (secret) => this.#book.called(id, secret));
  }

  /** Tells the server under which tokens this session can be called, if that is something else than before. */
  #wait(): void {
    const waiting = this.isReachable.value ? this.#book.all.value.filter(mayCall) : [];
    const latest = [...waiting].sort((one, other) => other.seen - one.seen);
    const all = latest.flatMap(({ id, ...contact }) => tokensOf({ id, ...contact }, this.#peer.identity.key).map(({ token, secret }) => [token, { id, secret }] as const));
    this.#tokens = new Map(all.slice(0, WAITING_TOKENS));
    if (this.isThere.value === true) void this.#tell([...this.#tokens.keys()].sort());
  }

  async #tell(tokens: readonly string[]): Promise<void> {
    const told = tokens.join();
    if (told === (this.#told ?? "")) return;
    this.#told = told;
    try {
      await this.#peer.client.ask({ t: "wait", tokens: [...tokens] });
    } catch (error) {
      if (this.#told !== told || !(error instanceof PeerError) || !error.retry) return;
      this.#told = null;
      this.#peer.timer(error.wait ?? AGAIN_S, () => this.#wait());
    }
  }
}

/** Whether it goes on without a click: a text is shown, and files are kept until all are here, and then among the downloads. */
async function takenByRule(fetch: FetchedOffer): Promise<boolean> {
  return fetch.targets().includes("download") && (await fetch.accept("download", { keep: fetch.canKeep }));
}

/** As the page shows them, each with the names of others that its own could be taken for. */
function infosOf(all: readonly Contact[]): readonly ContactInfo[] {
  const known = all.map(({ id, name, standing }) => ({ id, short: shortName(id), name, standing }));
  const likeness = new Likeness(known);
  return known.map((each) => ({ ...each, alike: likeness.of(each.name, each.id), isMixed: isMixed(each.name) }));
}
