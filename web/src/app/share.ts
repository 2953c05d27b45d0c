/** Something this page shares: one code, and a conversation with each receiver who proves it. Twin of pypeer/sharing.py. */

import type { Knocked } from "../gen/signaling.ts";
import type { Meet } from "../gen/peer.ts";
import { GUESSES } from "../gen/peer_constants.ts";
import { TTL_MAX_S, TTL_MIN_S } from "../gen/signaling_constants.ts";
import { type Code, format, linkTo, pickWords } from "../secure/code.ts";
import { fromBase64url } from "../secure/encoding.ts";
import type { RefusalCode } from "../secure/meeting.ts";
import type { Pair } from "../signaling/pair.ts";
import { Budget } from "../transfer/budget.ts";
import { preview } from "../transfer/manifest.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import { Conversation } from "./conversation.ts";
import type { Receiver, Share, ShareOptions, ShareState, ShareSummary } from "./model.ts";
import { meetAs, personOf, type Peer, relayOf } from "./peer.ts";
import { PairRelays } from "./relays.ts";
import { SendSession } from "./send_session.ts";
import type { Offered } from "./sources.ts";
import { toProblem, Transfer } from "./transfer.ts";

/** Receivers served at once: each has a connection and up to a window of buffers; more are told to come later. */
const RECEIVERS_MAX = 32;

/** Knocks being answered at once: those who knock without proving anything must not use up memory. */
const MEETINGS_MAX = 64;

type ClosedReason = Extract<ShareState, { kind: "closed" }>["reason"];

/** An offer under a code. */
export class SharedOffer implements Share {
  readonly summary: ShareSummary;
  readonly state = new Cell<ShareState>({ kind: "opening" });
  readonly receivers = new Cell<readonly Receiver[]>([]);
  readonly limit = new Cell<number | null>(null);
  readonly #peer: Peer;
  readonly #offered: Offered;
  readonly #options: ShareOptions;
  /** What all receivers together may get. */
  #budget: Budget | null = null;
  #code: Code | null = null;
  #guessesLeft: number = GUESSES;
  #meetings = 0;
  #serving = 0;

  constructor(peer: Peer, offered: Offered, options: ShareOptions) {
    const { files, folders, bytes, title = "", text = false } = offered.offer;
    this.summary = { files, folders, bytes, title, text };
    this.#peer = peer;
    this.#offered = offered;
    this.#options = options;
    void this.#open();
  }

  /** The part of the code that the server knows; null before there is one. */
  get locator(): string | null {
    return this.#code?.locator ?? null;
  }

  setLimit(rate: number | null): void {
    this.#budget = rate === null ? null : new Budget(rate);
    this.limit.set(rate);
  }

  stop(): void {
    this.#close("stopped");
    for (const receiver of this.receivers.value) receiver.cancel();
  }

  /** Someone knocked: meet them, unless there is no room. */
  knocked(knocked: Knocked): void {
    const { pair: id, peer } = knocked;
    const relays = new PairRelays(this.#peer.client, this.#peer.timer, knocked);
    const key = fromBase64url(peer);
    if (key === null || this.#code === null) return;
    const pair = meetAs(this.#peer, { role: "B", id, peerKey: key, code: format(this.#code), ticket: relays.ticket });
    const refusal = this.#refusal();
    if (refusal !== null) return pair.refuse(refusal);
    pair.onWrongWords = () => this.#wrongWords();
    this.#peer.switchboard.adopt(pair);
    void this.#meet(pair, relays);
  }

  /** The server ended the code. */
  lapsed(): void {
    this.#close("expired");
  }

  /** The server lost the session: wait again under the same locator. */
  async reopen(): Promise<void> {
    const { value } = this.state;
    if (value.kind !== "open" || this.#code === null) return;
    const left = (value.until - Date.now()) / 1000;
    if (left < 1) return this.#close("expired");
    try {
      await this.#peer.client.ask({ t: "open", locator: this.#code.locator, ttl: clamp(left) });
    } catch (error) {
      this.state.set({ kind: "failed", problem: toProblem(error) });
    }
  }

  async #open(): Promise<void> {
    const { expires } = this.#options;
    try {
      const opened = await this.#peer.client.ask(expires === null ? { t: "open" } : { t: "open", ttl: clamp(expires) });
      this.#opened({ locator: opened.locator, words: pickWords() }, opened.ttl);
    } catch (error) {
      if (this.state.value.kind === "opening") this.state.set({ kind: "failed", problem: toProblem(error) });
    }
  }

  /** The person may have stopped it meanwhile. */
  #opened(code: Code, ttl: number): void {
    this.#code = code;
    if (this.state.value.kind !== "opening") return this.#shut();
    const link = linkTo(this.#peer.page, code);
    this.state.set({ kind: "open", code: format(code), link, until: Date.now() + ttl * 1000, guesses: 0 });
  }

  #refusal(): RefusalCode | null {
    const { value } = this.state;
    if (value.kind !== "open") return value.kind === "closed" && value.reason === "burned" ? "burned" : "used";
    return this.#serving >= this.#limit || this.#meetings >= MEETINGS_MAX ? "busy" : null;
  }

  get #limit(): number {
    return this.#options.once ? 1 : RECEIVERS_MAX;
  }

  async #meet(pair: Pair, relays: PairRelays): Promise<void> {
    this.#meetings += 1;
    try {
      const meet = await pair.meet(this.#peer.timer);
      if (this.#serving >= this.#limit || this.state.value.kind !== "open") await this.#turnAway(pair);
      else this.#serve(pair, meet, relays);
    } catch {
      this.#peer.switchboard.drop(pair.id); // who did not prove the code is nobody to this person
    } finally {
      this.#meetings -= 1;
    }
  }

  /** Two proved the code at the same time, and only one can be served. */
  async #turnAway(pair: Pair): Promise<void> {
    await pair.part("expired");
    this.#peer.switchboard.drop(pair.id);
  }

  #serve(pair: Pair, { name = "", caps = [] }: Meet, relays: PairRelays): void {
    relays.keep();
    const transfer = new Transfer();
    transfer.met(personOf(pair.peerKey, printable(name)));
    const conversation = new Conversation({
      pair,
      transfer,
      timer: this.#peer.timer,
      ice: () => relays.ice,
      relay: relayOf(this.#peer, relays, caps),
      isRelayOnly: this.#peer.isRelayOnly,
      onEnd: (isDone) => {
        relays.close();
        this.#served(pair, isDone);
      },
    });
    const bounds = { timer: this.#peer.timer, budget: () => this.#budget };
    const session = new SendSession(this.#offered, bounds, conversation.events);
    this.#serving += 1;
    this.receivers.set([...this.receivers.value, receiverOf(pair.id, transfer, session)]);
    pair.send(preview(this.#offered.offer, this.#offered.entries));
    conversation.start(session);
  }

  #served(pair: Pair, isDone: boolean): void {
    this.#serving -= 1;
    this.#peer.switchboard.drop(pair.id);
    if (isDone && this.#options.once) this.#close("used");
  }

  /** Somebody guessed wrong; gives the attempts that remain. */
  #wrongWords(): number {
    this.#guessesLeft = Math.max(0, this.#guessesLeft - 1);
    const { value } = this.state;
    if (value.kind === "open") this.state.set({ ...value, guesses: GUESSES - this.#guessesLeft });
    if (this.#guessesLeft === 0) this.#close("burned");
    return this.#guessesLeft;
  }

  #close(reason: ClosedReason): void {
    const { kind } = this.state.value;
    if (kind === "closed" || kind === "failed") return;
    this.state.set({ kind: "closed", reason });
    if (reason !== "expired") this.#shut();
  }

  #shut(): void {
    if (this.#code !== null) this.#peer.client.post({ t: "shut", locator: this.#code.locator });
  }
}

function receiverOf(key: string, { state }: Transfer, session: SendSession): Receiver {
  return { key, state, pause: () => session.pause(), resume: () => session.resume(), cancel: () => session.cancel("cancelled", "You stopped it.") };
}

/** A time for a code to live that the server takes, in seconds. */
function clamp(seconds: number): number {
  return Math.min(TTL_MAX_S, Math.max(TTL_MIN_S, seconds));
}
