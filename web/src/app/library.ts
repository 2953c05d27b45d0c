/** A library that this page publishes while it is open: told to the server, and given to whoever asks. After pypeer/library. */

import { Announcing, type Announcement } from "../directory/announcing.ts";
import { choose, type Stocked } from "../directory/wanting.ts";
import { PeerError } from "../errors.ts";
import type { EndCode } from "../gen/peer.ts";
import type { Asked, Reach } from "../gen/signaling.ts";
import { libraryText } from "../secure/code.ts";
import { fromBase64url, toBase64url, toHex } from "../secure/encoding.ts";
import type { Pair } from "../signaling/pair.ts";
import { Cell } from "./cell.ts";
import { Consent } from "./consent.ts";
import { differences } from "../directory/differing.ts";
import type { LibraryOptions, Publication, PublicationState, PublicItem } from "./model.ts";
import { meetAs, type Peer } from "./peer.ts";
import { type Guest, MEETINGS_MAX, Receivers, RECEIVERS_MAX } from "./receivers.ts";
import { reachOf } from "./reach.ts";
import { PairRelays } from "./relays.ts";
import { now } from "./session.ts";
import type { Offered } from "./sources.ts";
import { toProblem } from "./transfer.ts";

/** How long files are gathered that have been read, so that messages are full, in seconds. */
const GATHER_S = 0.5;

/** How long to wait before the server is asked again that cannot publish now, if it does not say, in seconds. */
const AGAIN_S = 5;

export class PublishedLibrary implements Publication {
  readonly state = new Cell<PublicationState>({ kind: "opening" });
  readonly #peer: Peer;
  readonly #options: LibraryOptions;
  #offered: Offered;
  #stock: { path: string; root: string | null }[];
  readonly #announcing = new Announcing();
  readonly #receivers: Receivers;
  readonly #consent: Consent;
  /** What the server calls it; null while it does not know it. */
  #library: string | null = null;
  /** Counts sessions with the server: what belongs to an older one is of no matter. */
  #round = 0;
  /** How others get here, once it was looked for. */
  #reach: Promise<Reach | null> | null = null;
  /** Counts versions of what is there: an older one is read no further. */
  #version = 0;
  #hashed = 0;
  #lost = 0;
  #meetings = 0;
  #isTelling = false;

  constructor(peer: Peer, offered: Offered, options: LibraryOptions) {
    this.#peer = peer;
    this.#offered = offered;
    this.#options = options;
    this.#stock = offered.entries.map(({ path }) => ({ path, root: null }));
    this.#receivers = new Receivers(peer);
    this.#consent = new Consent(peer.timer);
    void this.#publish(this.#round);
    void this.#hash();
  }

  get files(): number {
    return this.#offered.offer.files;
  }

  get bytes(): number {
    return this.#offered.offer.bytes;
  }

  get name(): string {
    return this.#options.name;
  }

  /** What the server calls it; null while it does not know it. */
  get library(): string | null {
    return this.#library;
  }

  get requests(): Consent["requests"] {
    return this.#consent.requests;
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
    if (this.#isOver) return;
    if (this.#library !== null) this.#peer.client.post({ t: "withdraw", library: this.#library });
    this.#end({ kind: "stopped" });
    this.#consent.refuseAll();
    this.#receivers.cancelAll();
  }

  /** This is there now: what is gone, new or changed is told, and nothing else. Transfers go on with what they began with. */
  update(files: readonly PublicItem[]): boolean {
    const { known, gone, isSame } = differences(this.#offered.entries, files.map(({ path, file }) => ({ path, size: file.size, mtime: file.lastModified })));
    if (this.#isOver || isSame) return false;
    const stock = files.map(({ path }, at) => ({ path, root: this.#stock[known[at] ?? -1]?.root ?? null }));
    for (const path of gone) this.#announcing.drop(path);
    this.#offered = this.#offered.renewed(files, known);
    this.#stock = stock;
    this.#announcing.complete(false);
    void this.#hash();
    return true;
  }

  /** The server has lost the session, and the library with it. */
  reopen(): void {
    if (this.#isOver || this.#library === null) return;
    this.#library = null;
    this.#announcing.lose();
    this.state.set({ kind: "open", hashed: this.#hashed + this.#lost, told: 0, left: this.#lost, isWhole: false });
    this.#round += 1;
    void this.#publish(this.#round);
  }

  /** Somebody asks to meet. */
  asked(asked: Asked): void {
    const relays = new PairRelays(this.#peer.client, this.#peer.timer, asked);
    const key = fromBase64url(asked.peer);
    if (key === null) return;
    const pair = meetAs(this.#peer, { role: "B", id: asked.pair, peerKey: key, code: libraryText(asked.library), ticket: relays.ticket });
    if (this.#isOver) return pair.refuse("used");
    if (this.#receivers.serving >= RECEIVERS_MAX || this.#meetings >= MEETINGS_MAX) return pair.refuse("busy");
    pair.onWrongWords = () => null; // there is nothing to guess
    this.#peer.switchboard.adopt(pair);
    void this.#meet(pair, relays);
  }

  get #isOver(): boolean {
    const { kind } = this.state.value;
    return kind === "stopped" || kind === "failed";
  }

  // What the server is told

  async #publish(round: number): Promise<void> {
    const { name, description, asks } = this.#options;
    this.#reach ??= reachOf(this.#peer);
    try {
      const reach = await this.#reach;
      const { library, most } = await this.#peer.client.ask({ t: "publish", name, ...(description === "" ? {} : { description }), ...(asks ? { ask: true } : {}), ...(reach === null ? {} : { reach }) });
      this.#published(round, library, most);
    } catch (error) {
      this.#notPublished(round, error);
    }
  }

  /** The person may have stopped it meanwhile. */
  #published(round: number, library: string, most: number): void {
    if (this.#isOver) return this.#peer.client.post({ t: "withdraw", library });
    if (round !== this.#round) return;
    this.#library = library;
    this.#announcing.begin(library, most);
    this.#tell();
  }

  #notPublished(round: number, error: unknown): void {
    if (this.#isOver || round !== this.#round) return;
    if (!(error instanceof PeerError) || !error.retry) return this.#end({ kind: "failed", problem: toProblem(error) });
    this.#peer.timer(error.wait ?? AGAIN_S, () => {
      if (!this.#isOver && round === this.#round) void this.#publish(round);
    });
  }

  /** One file after the other, so that other things of the page go on. */
  async #hash(): Promise<void> {
    const version = (this.#version += 1);
    const [offered, stock] = [this.#offered, this.#stock];
    this.#hashed = stock.filter(({ root }) => root !== null).length;
    this.#lost = 0;
    for (const [index, { path, size = 0 }] of offered.entries.entries()) {
      if (stock[index]?.root !== null) continue;
      const root = await offered.root(index);
      if (this.#isOver || version !== this.#version) return;
      if (root instanceof Uint8Array) {
        (stock[index] as { root: string | null }).root = toHex(root);
        this.#announcing.put({ path, size, root: toBase64url(root) });
        this.#hashed += 1;
      } else this.#lost += 1;
      this.#tellSoon();
    }
    this.#announcing.complete();
    this.#tell();
  }

  #tellSoon(seconds: number = GATHER_S): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#peer.timer(seconds, () => {
      this.#isTelling = false;
      this.#tell();
    });
  }

  /** All that can be told now. */
  #tell(): void {
    if (this.#isOver) return;
    for (let next = this.#announcing.next(now()); next !== null; next = this.#announcing.next(now())) void this.#say(next);
    const { deadline } = this.#announcing;
    if (deadline !== null) this.#tellSoon(Math.max(0, deadline - now()));
    this.#show();
  }

  async #say({ ticket, message }: Announcement): Promise<void> {
    try {
      await this.#peer.client.ask(message);
      this.#announcing.answered(ticket);
    } catch (error) {
      const { retry = false, wait = null } = error instanceof PeerError ? error : {};
      this.#announcing.refused(ticket, retry, now(), wait ?? undefined);
    }
    this.#tell();
  }

  #show(): void {
    if (this.#library === null) return;
    const { told, left, isDone } = this.#announcing;
    this.state.set({ kind: "open", hashed: this.#hashed + this.#lost, told, left: left + this.#lost, isWhole: isDone });
  }

  #end(state: PublicationState): void {
    this.#library = null;
    this.state.set(state);
  }

  // Who asks

  async #meet(pair: Pair, relays: PairRelays): Promise<void> {
    this.#meetings += 1;
    try {
      const meet = await pair.meet(this.#peer.timer);
      const want = await pair.want(this.#peer.timer);
      const choice = choose(this.#stock satisfies readonly Stocked[], want, this.name);
      if (this.#peer.isBlocked(pair.peerKey)) await this.#part(pair, "declined");
      else if ("code" in choice) await this.#part(pair, choice.code);
      else void this.#give({ pair, meet, relays }, this.#offered.part(choice.picked), want.why ?? "");
    } catch {
      this.#peer.switchboard.drop(pair.id); // whoever does not say what they want gets nothing
    } finally {
      this.#meetings -= 1;
    }
  }

  async #give(guest: Guest, part: Offered, why: string): Promise<void> {
    const mayHave = !this.#options.asks || (await this.#consent.ask(guest, part.offer, why));
    if (mayHave === null) return this.#peer.switchboard.drop(guest.pair.id);
    if (!mayHave || this.#isOver) return this.#part(guest.pair, "declined");
    this.#receivers.serve(guest, part);
  }

  async #part(pair: Pair, code: EndCode): Promise<void> {
    await pair.part(code);
    this.#peer.switchboard.drop(pair.id);
  }
}
