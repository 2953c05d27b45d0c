/** A library that this page publishes while it is open: read, told to the server, and given to whoever asks. After pypeer/library/library.py. */

import { differences } from "../directory/differing.ts";
import { toBase64url, toHex } from "../secure/encoding.ts";
import type { Asked } from "../gen/signaling.ts";
import type { Place } from "../spaces/place.ts";
import { follow } from "./audience.ts";
import { Cell } from "./cell.ts";
import type { Consent } from "./consent.ts";
import { Host } from "./host.ts";
import type { Audience, LibraryOptions, Publication, PublicationState, PublicItem } from "./model.ts";
import type { Peer } from "./peer.ts";
import { reachOf } from "./reach.ts";
import type { Receivers } from "./receivers.ts";
import type { Offered } from "./sources.ts";
import { Teller } from "./teller.ts";
import { toProblem } from "./transfer.ts";

/** A file as it is given; the root is hexadecimal. */
interface Stocked {
  readonly path: string;
  root: string | null;
}

export class PublishedLibrary implements Publication {
  readonly state = new Cell<PublicationState>({ kind: "opening" });
  readonly #options: LibraryOptions;
  readonly #teller: Teller;
  readonly #host: Host;
  #offered: Offered;
  #stock: readonly Stocked[];
  #place: Place | null = null;
  /** Counts versions of what is there: an older one is read no further. */
  #version = 0;
  #hashed = 0;
  #lost = 0;
  #unfollow: () => void = () => undefined;

  constructor(peer: Peer, offered: Offered, options: LibraryOptions) {
    this.#offered = offered;
    this.#options = options;
    this.#stock = offered.entries.map(({ path }) => ({ path, root: null }));
    this.#teller = new Teller(peer, { onNews: () => this.#show(), onFailed: (error) => this.#fail(error) });
    this.#host = new Host(peer, options, () => ({ files: this.#stock, offered: this.#offered }));
    void this.#open(peer);
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

  get to(): Audience {
    return this.#options.to;
  }

  /** What the server calls it; null while it does not know it. */
  get library(): string | null {
    return this.#teller.library;
  }

  get requests(): Consent["requests"] {
    return this.#host.consent.requests;
  }

  get receivers(): Receivers["list"] {
    return this.#host.receivers.list;
  }

  get limit(): Receivers["limit"] {
    return this.#host.receivers.limit;
  }

  setLimit(rate: number | null): void {
    this.#host.receivers.setLimit(rate);
  }

  stop(): void {
    if (this.#isOver) return;
    this.#end({ kind: "stopped" });
    this.#host.receivers.cancelAll();
  }

  /** This is there now: what is gone, new or changed is told, and nothing else. Transfers go on with what they began with. */
  update(files: readonly PublicItem[]): boolean {
    const { known, gone, isSame } = differences(this.#offered.entries, files.map(({ path, file }) => ({ path, size: file.size, mtime: file.lastModified })));
    if (this.#isOver || isSame) return false;
    const stock = files.map(({ path }, at) => ({ path, root: this.#stock[known[at] ?? -1]?.root ?? null }));
    this.#teller.drop(gone);
    this.#offered = this.#offered.renewed(files, known);
    this.#stock = stock;
    void this.#hash();
    return true;
  }

  /** The server has lost the session, and the library with it. */
  reopen(): void {
    if (this.#isOver || this.library === null) return;
    this.#teller.lost();
    this.#tellNothing();
  }

  /** Somebody asks to meet. */
  asked(asked: Asked): void {
    if (this.#place !== null) this.#host.asked(asked, this.#place.password(asked.library));
  }

  get #isOver(): boolean {
    const { kind } = this.state.value;
    return kind === "stopped" || kind === "failed";
  }

  /** Once it is known how others get here. */
  async #open(peer: Peer): Promise<void> {
    const { name, description, asks, to } = this.#options;
    const reach = await reachOf(peer);
    if (this.#isOver) return;
    const stop = follow(peer, to, { name, description, asks, reach }, {
      onPlace: (place) => this.#move(place),
      onFailed: (error) => this.#fail(error),
      onLeft: () => this.stop(),
    });
    if (this.#isOver) stop();
    else this.#unfollow = stop;
  }

  #move(place: Place): void {
    if (this.#isOver) return;
    if (this.#place !== null) this.#tellNothing();
    this.#place = place;
    this.#teller.move(place);
  }

  /** One file after the other, so that other things of the page go on. */
  async #hash(): Promise<void> {
    const version = (this.#version += 1);
    const [offered, stock] = [this.#offered, this.#stock];
    this.#hashed = stock.filter(({ root }) => root !== null).length;
    this.#lost = 0;
    for (const [index, { path, size = 0 }] of offered.entries.entries()) {
      const stocked = stock[index] as Stocked;
      if (stocked.root !== null) continue;
      const root = await offered.root(index);
      if (this.#isOver || version !== this.#version) return;
      if (root instanceof Uint8Array) {
        stocked.root = toHex(root);
        this.#hashed += 1;
        this.#teller.put({ path, size, root: toBase64url(root) });
      } else this.#lost += 1;
    }
    this.#teller.complete();
  }

  #show(): void {
    if (this.library === null) return;
    const { told, left, isDone } = this.#teller.told;
    this.state.set({ kind: "open", hashed: this.#hashed + this.#lost, told, left: left + this.#lost, isWhole: isDone });
  }

  #tellNothing(): void {
    if (this.state.value.kind === "open") this.state.set({ kind: "open", hashed: this.#hashed + this.#lost, told: 0, left: this.#lost, isWhole: false });
  }

  #fail(error: unknown): void {
    if (!this.#isOver) this.#end({ kind: "failed", problem: toProblem(error) });
  }

  #end(state: PublicationState): void {
    this.#unfollow();
    this.#teller.close();
    this.state.set(state);
    this.#host.close();
  }
}
