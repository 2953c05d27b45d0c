/**
 * Hands what this page shares over to a contact, which goes on serving it. Twin of pypeer/delegates/handing.py.
 *
 * The contact is called and fetches everything; then it is called again, with a delegation that names the roots of all files, and the
 * words of the code, and takes the code over. Until the server has moved it, the code stays here.
 */

import type { Contact } from "../contacts/contact.ts";
import { PeerError } from "../errors.ts";
import type { Delegate } from "../gen/peer.ts";
import { CAP_DELEGATE } from "../gen/peer_constants.ts";
import { CAP_DELEGATES } from "../gen/signaling_constants.ts";
import type { Code } from "../secure/code.ts";
import { type Delegation, LIFE_MAX_S, statementOf, textOf } from "../secure/delegation.ts";
import { type Bytes, toBase64url, toHex } from "../secure/encoding.ts";
import { digestOf } from "../transfer/digest.ts";
import { fromPeer } from "../transfer/endings.ts";
import { call } from "./calling.ts";
import { Cell } from "./cell.ts";
import type { HandedShare, Handing, HandingState, HandOver } from "./handing_model.ts";
import type { Person } from "./model.ts";
import { type Peer, personOf } from "./peer.ts";
import { type Guest, Receivers } from "./receivers.ts";
import { cancelledHere } from "./session.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

/** How long the contact may take to take the code over, in seconds: it has to write, and to ask the server. */
const ANSWER_S = 60;

/** Random bytes of the name of a hand-over, which nobody else guesses. */
const NAME_BYTES = 16;

/** What is known of the code that is handed over. */
export interface Handable {
  readonly code: Code;
  readonly link: string;
  /** Receivers after which it ends; null for any number. */
  readonly times: number | null;
  /** Wrong guesses that are left. */
  readonly guesses: number;
}

/** `offer` tells what is handed over, null when that is over; `onMoved` is told once a contact serves it. */
export class PageHanding implements Handing {
  readonly current = new Cell<HandOver | null>(null);
  readonly #peer: Peer;
  readonly #offered: Offered;
  readonly #offer: () => Handable | null;
  readonly #onMoved: (share: Omit<HandedShare, "title">) => void;
  /** What was begun with a contact goes on where it stopped. */
  readonly #names = new Map<string, string>();
  #running: Running | null = null;

  constructor(peer: Peer, offered: Offered, offer: () => Handable | null, onMoved: (share: Omit<HandedShare, "title">) => void) {
    this.#peer = peer;
    this.#offered = offered;
    this.#offer = offer;
    this.#onMoved = onMoved;
  }

  get isPossible(): boolean {
    return this.#peer.client.caps.includes(CAP_DELEGATES);
  }

  begin(id: string, seconds: number): void {
    const contact = this.#peer.contactBook.find(id);
    if (contact === null || this.#running?.isOver === false) return;
    const name = this.#names.get(id) ?? toBase64url(crypto.getRandomValues(new Uint8Array(NAME_BYTES)));
    this.#names.set(id, name);
    const running = new Running(this.#peer, this.#offered, contact, name, Math.min(seconds, LIFE_MAX_S));
    this.#running = running;
    this.current.set(running);
    void running.run(this.#offer).then((share) => share !== null && this.#onMoved(share));
  }

  /** The server has moved the code: whether it was handed over just now. */
  moved(): boolean {
    return this.#running?.moved() ?? false;
  }
}

class Running implements HandOver {
  readonly to: Person;
  readonly state = new Cell<HandingState>({ kind: "calling" });
  readonly #peer: Peer;
  readonly #offered: Offered;
  readonly #contact: Contact;
  readonly #name: string;
  readonly #seconds: number;
  readonly #receivers: Receivers;
  /** What the contact says to the delegation. */
  readonly #answer = Promise.withResolvers<void>();

  constructor(peer: Peer, offered: Offered, contact: Contact, name: string, seconds: number) {
    this.to = personOf(contact.key, contact.name);
    this.#peer = peer;
    this.#offered = offered;
    this.#contact = contact;
    this.#name = name;
    this.#seconds = seconds;
    this.#receivers = new Receivers(peer);
    this.#answer.promise.catch(() => undefined); // it may end before anybody waits
  }

  get isOver(): boolean {
    return this.state.value.kind === "done" || this.state.value.kind === "failed";
  }

  cancel(): void {
    this.#receivers.cancelAll();
    this.#answer.reject(cancelledHere());
    this.#end({ kind: "failed", problem: toProblem(cancelledHere()) });
  }

  moved(): boolean {
    if (this.state.value.kind !== "moving") return false;
    this.#answer.resolve();
    return true;
  }

  /** To its end: what is served now, or null. */
  async run(offer: () => Handable | null): Promise<Omit<HandedShare, "title"> | null> {
    try {
      await this.#copy();
      const what = offer();
      if (what === null) throw new PeerError("expired", "The code has ended meanwhile. Get a new one.", false);
      this.#set({ kind: "moving" });
      const expires = Math.floor(Date.now() / 1000 + this.#seconds);
      await this.#hand(what, await this.#sign(what.code.locator, expires));
      this.#end({ kind: "done" });
      return { locator: what.code.locator, code: codeText(what.code), link: what.link, by: this.to, until: expires * 1000 };
    } catch (error) {
      this.#end({ kind: "failed", problem: toProblem(error) });
      return null;
    }
  }

  /** The contact fetches all of it. */
  async #copy(): Promise<void> {
    const guest = await this.#call();
    const ended = Promise.withResolvers<boolean>();
    this.#receivers.serve(guest, this.#offered, ended.resolve, { handover: this.#name });
    const transfer = this.#receivers.list.value.at(-1)?.state;
    transfer?.watch(({ phase, progress }) => phase === "moving" && this.#set({ kind: "copying", progress }));
    if (await ended.promise) return;
    const problem = transfer?.value.problem;
    if (problem?.code === "declined") throw refused(this.#contact.name);
    throw new PeerError(problem?.code ?? "internal", problem?.message ?? "", problem?.retry ?? true);
  }

  async #sign(locator: string, expires: number): Promise<string> {
    const { identity } = this.#peer;
    const digest = digestOf(await this.#rooted(), this.#offered.offer.text ?? false);
    if (digest === null) throw new Error("a file has no root");
    const delegation: Delegation = { owner: identity.key, delegate: this.#contact.key, digest, serial: Date.now(), expires, locator };
    return textOf(delegation, await identity.sign(statementOf(delegation)));
  }

  /** All entries with their roots: what was read for the contact is hashed already. */
  async #rooted(): Promise<Offered["entries"]> {
    const rooted = [];
    for (const [file, entry] of this.#offered.entries.entries()) {
      const root = entry.folder ? null : await this.#offered.root(file);
      if (root !== null && "code" in root) throw fromPeer(root.code, root.message);
      rooted.push(root === null ? entry : { ...entry, root: toHex(root) });
    }
    return rooted;
  }

  /** It takes the code over. */
  async #hand({ code: { words }, times, guesses }: Handable, delegation: string): Promise<void> {
    const { pair } = await this.#call();
    pair.onMessage = (message) => {
      if (message.t !== "part") return;
      if (message.code == null) this.#answer.resolve();
      else this.#answer.reject(message.code === "declined" ? refused(this.#contact.name) : fromPeer(message.code, ""));
    };
    pair.onEnd = () => this.#answer.reject(silent(this.#contact.name));
    const cancel = this.#peer.timer(ANSWER_S, () => this.#answer.reject(silent(this.#contact.name)));
    const message: Delegate = { t: "delegate", serve: this.#name, delegation, words: words.join("-"), guesses };
    pair.send(times === null ? message : { ...message, times });
    try {
      await this.#answer.promise;
    } finally {
      cancel();
      pair.leave("done");
      this.#peer.switchboard.drop(pair.id);
    }
  }

  async #call(): Promise<Guest> {
    const onMet = (secret: Bytes): void => this.#peer.contactBook.called(this.#contact.id, secret);
    const guest = await call(this.#peer, this.#contact, onMet);
    if (!this.isOver && guest.meet.caps?.includes(CAP_DELEGATE)) return guest;
    await guest.pair.part("cancelled");
    this.#peer.switchboard.drop(guest.pair.id);
    throw this.isOver ? cancelledHere() : refused(this.#contact.name);
  }

  #set(state: HandingState): void {
    if (!this.isOver) this.state.set(state);
  }

  #end(state: HandingState): void {
    this.#set(state);
  }
}

function codeText({ locator, words }: Code): string {
  return [locator, ...words].join("-");
}

function refused(name: string): PeerError {
  return new PeerError("declined", `${name} serves nothing for you. There, “pypeer inbox” has to run with “--serve-for” and your name.`, false);
}

function silent(name: string): PeerError {
  return new PeerError("no-answer", `${name} does not say whether it serves it. Try again.`);
}
