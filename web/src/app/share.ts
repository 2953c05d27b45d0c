/** Something this page shares: one code, and a conversation with each receiver who proves it. Twin of pypeer/sharing.py. */

import type { Knocked } from "../gen/signaling.ts";
import { GUESSES } from "../gen/peer_constants.ts";
import { TTL_MAX_S, TTL_MIN_S } from "../gen/signaling_constants.ts";
import { type Code, format, linkTo, pickWords } from "../secure/code.ts";
import { fromBase64url } from "../secure/encoding.ts";
import type { RefusalCode } from "../secure/meeting.ts";
import type { Pair } from "../signaling/pair.ts";
import { Cell } from "./cell.ts";
import { type Handable, PageHanding } from "./handing.ts";
import type { HandedShare } from "./handing_model.ts";
import type { Share, ShareOptions, ShareState } from "./model.ts";
import { meetAs, type Peer } from "./peer.ts";
import { type Guest, MEETINGS_MAX, RECEIVERS_MAX } from "./receivers.ts";
import { PairRelays } from "./relays.ts";
import { Sharing } from "./sharing.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

type ClosedReason = Extract<ShareState, { kind: "closed" }>["reason"];

/** An offer under a code. */
export class SharedOffer extends Sharing implements Share {
  readonly state = new Cell<ShareState>({ kind: "opening" });
  readonly #peer: Peer;
  readonly #offered: Offered;
  readonly #options: ShareOptions;
  #code: Code | null = null;
  #guessesLeft: number = GUESSES;
  #meetings = 0;

  readonly handing: PageHanding;

  /** `onHanded` is told once a contact serves it. */
  constructor(peer: Peer, offered: Offered, options: ShareOptions, onHanded: (share: HandedShare) => void) {
    super(peer, offered);
    this.#peer = peer;
    this.#offered = offered;
    this.#options = options;
    this.handing = new PageHanding(peer, offered, () => this.#handable, (moved) => {
      const share = { ...moved, title: this.summary.title };
      this.state.set({ kind: "handed", share });
      onHanded(share);
    });
    void this.#open();
  }

  /** The part of the code that the server knows; null before there is one. */
  get locator(): string | null {
    return this.#code?.locator ?? null;
  }

  stop(): void {
    this.#close("stopped");
    this.receiving.cancelAll();
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

  /** The server ended the code, or has moved it. */
  lapsed(reason = ""): void {
    if (reason !== "moved" || !this.handing.moved()) this.#close("expired");
  }

  /** A contact serves it no more. */
  withdrawn(): void {
    if (this.state.value.kind === "handed") this.state.set({ kind: "closed", reason: "stopped" });
  }

  get #handable(): Handable | null {
    const { value } = this.state;
    if (this.#code === null || value.kind !== "open") return null;
    return { code: this.#code, link: value.link, times: this.#options.once ? 1 : null, guesses: Math.max(1, this.#guessesLeft) };
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
    return this.serving >= this.#limit || this.#meetings >= MEETINGS_MAX ? "busy" : null;
  }

  get #limit(): number {
    return this.#options.once ? 1 : RECEIVERS_MAX;
  }

  async #meet(pair: Pair, relays: PairRelays): Promise<void> {
    this.#meetings += 1;
    try {
      const meet = await pair.meet(this.#peer.timer);
      this.#peer.acquaint(pair, meet.name ?? "");
      if (this.#peer.isBlocked(pair.peerKey) || this.serving >= this.#limit || this.state.value.kind !== "open") await this.#turnAway(pair);
      else this.serve({ pair, meet, relays }, (isDone) => isDone && this.#options.once && this.#close("used"));
    } catch {
      this.#peer.switchboard.drop(pair.id); // who did not prove the code is nobody to this person
    } finally {
      this.#meetings -= 1;
    }
  }

  /** Two proved the code at the same time, and only one can be served; or it is somebody whom the person has blocked. */
  async #turnAway(pair: Pair): Promise<void> {
    await pair.part("expired");
    this.#peer.switchboard.drop(pair.id);
  }

  /** How many are served now. */
  protected get serving(): number {
    return this.receiving.serving;
  }

  /** Gives to one who has proven the code what it stands for; calls back at the end, with whether they have it. */
  protected serve(guest: Guest, onEnd: (isDone: boolean) => void): void {
    this.receiving.serve(guest, this.#offered, onEnd);
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
    if (kind === "closed" || kind === "failed" || kind === "handed") return;
    this.state.set({ kind: "closed", reason });
    if (reason !== "expired") this.#shut();
  }

  #shut(): void {
    if (this.#code !== null) this.#peer.client.post({ t: "shut", locator: this.#code.locator });
  }
}

/** A time for a code to live that the server takes, in seconds. */
function clamp(seconds: number): number {
  return Math.min(TTL_MAX_S, Math.max(TTL_MIN_S, seconds));
}
