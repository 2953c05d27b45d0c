/** Something this page fetches: one code, one sender, one conversation. Twin of pypeer/fetching.py. */

import type { RelayAccess } from "../connect/relay_link.ts";
import { PeerError } from "../errors.ts";
import type { EndCode, Preview } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import { fromBase64url } from "../secure/encoding.ts";
import { type Code, format, parse } from "../secure/code.ts";
import type { Pair } from "../signaling/pair.ts";
import { canKeep, forget, keptOf } from "../keep/keep.ts";
import { KeptSink } from "../sinks/kept.ts";
import { MemorySink } from "../sinks/memory.ts";
import type { Sink } from "../sinks/sink.ts";
import { choose, type Contents, targetsFor } from "../sinks/targets.ts";
import { leftOut } from "../transfer/choosing.ts";
import { fromHere, fromPeer } from "../transfer/endings.ts";
import { sameOffer } from "../transfer/manifest.ts";
import { Mapper, printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import { Conversation } from "./conversation.ts";
import type { Fetch, OfferInfo, Person, Target, Wishes } from "./model.ts";
import { cutOff } from "./no_way.ts";
import { meetAs, type Peer, personOf, relayOf } from "./peer.ts";
import { PairRelays } from "./relays.ts";
import { ReceiveSession } from "./receive_session.ts";
import { cancelledHere } from "./session.ts";
import { Transfer } from "./transfer.ts";

/** An offer of somebody else, from the knock to the last byte. */
export class FetchedOffer implements Fetch {
  readonly offer = new Cell<OfferInfo | null>(null);
  readonly preferred = new Cell<readonly number[]>([]);
  readonly #peer: Peer;
  readonly #code: Code;
  readonly #transfer = new Transfer();
  #relays: PairRelays | null = null;
  #relay: RelayAccess | null = null;
  #pair: Pair | null = null;
  #preview: Preview | null = null;
  #session: ReceiveSession | null = null;
  #contents: Contents | null = null;
  /** Entries that were known when the person decided. */
  #known = 0;
  #isDecided = false;
  #wishes: Wishes = {};
  #isOrdered = true;

  /** Throws CodeProblem if the text cannot be a code. */
  constructor(peer: Peer, text: string) {
    this.#peer = peer;
    this.#code = parse(text);
    void this.#run();
  }

  get state(): Transfer["state"] {
    return this.#transfer.state;
  }

  targets(): readonly Target[] {
    return this.#contents === null ? [] : targetsFor(this.#contents);
  }

  get canKeep(): boolean {
    return canKeep();
  }

  async accept(target: Target, wishes: Wishes = {}): Promise<boolean> {
    const { value } = this.offer;
    if (this.#pair === null || this.#contents === null || value === null || this.#isDecided) return this.#isDecided;
    const picked = await choose(target, this.#chosen(this.#contents, wishes), this.#peer.page, this.#peer.timer).catch(() => null);
    const sink = picked !== null && wishes.keep && !value.text ? new KeptSink(value.title, picked) : picked;
    if (sink === null || this.#isDecided || this.#transfer.hasEnded) return this.#isDecided;
    this.#isDecided = true;
    this.#isOrdered = target === "download" && !(sink instanceof KeptSink);
    if (!wishes.keep && value.kept > 0) void forget(value.title).catch(() => undefined);
    if (sink instanceof MemorySink) this.#showWhenDone(sink);
    this.#wishes = wishes;
    this.#converse(this.#pair, value, sink);
    return true;
  }

  get canPrefer(): boolean {
    return this.#isDecided && !this.#isOrdered;
  }

  prefer(index: number): void {
    if (!this.canPrefer || this.#session === null) return;
    this.preferred.set([index, ...this.preferred.value.filter((each) => each !== index)]);
    this.#session.prefer(this.preferred.value);
  }

  decline(): void {
    if (this.#isDecided || this.#pair === null) return this.cancel();
    this.#isDecided = true;
    this.#transfer.ended(fromHere("declined", "You declined."));
    void this.#leave(this.#pair, "declined");
  }

  pause(): void {
    this.#session?.pause();
  }

  resume(): void {
    this.#session?.resume();
  }

  cancel(): void {
    if (this.#session !== null) return this.#session.cancel("cancelled", cancelledHere().message);
    this.#transfer.ended(cancelledHere());
    if (this.#pair !== null) void this.#leave(this.#pair, "cancelled");
  }

  /** Everything up to the session; what goes wrong here ends the transfer. */
  async #run(): Promise<void> {
    try {
      const met = await this.#peer.client.ask({ t: "knock", locator: this.#code.locator });
      this.#relays = new PairRelays(this.#peer.client, this.#peer.timer, met);
      await this.#meet(met.pair, met.peer, this.#relays);
    } catch (error) {
      this.#transfer.ended(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #meet(id: string, key: string, relays: PairRelays): Promise<void> {
    const peerKey = fromBase64url(key);
    if (peerKey === null) throw new Error("the server named a key that is none");
    const pair = meetAs(this.#peer, { role: "A", id, peerKey, code: format(this.#code), ticket: relays.ticket });
    this.#peer.switchboard.adopt(pair);
    try {
      const meet = await pair.meet(this.#peer.timer);
      if (this.#transfer.hasEnded) return await this.#leave(pair, "cancelled");
      this.#relay = relayOf(this.#peer, relays, meet.caps);
      const person = personOf(peerKey, printable(meet.name ?? ""));
      this.#transfer.met(person);
      this.#previewed(pair, await pair.preview(this.#peer.timer), person);
    } catch (error) {
      this.#peer.switchboard.drop(id);
      throw error;
    }
  }

  /** The person gave up, or said no, before there was a link. */
  async #leave(pair: Pair, code: EndCode): Promise<void> {
    await pair.part(code);
    this.#peer.switchboard.drop(pair.id);
  }

  /** What is offered, in sum; nothing of a link is told before the person wants it. */
  #previewed(pair: Pair, preview: Preview, from: Person): void {
    this.#pair = pair;
    this.#preview = preview;
    pair.onEnd = (byServer) => this.#transfer.ended(byServer ? cutOff(false) : gone());
    pair.onMessage = (message) => message.t === "part" && this.#transfer.ended(message.code == null ? gone() : fromPeer(message.code, ""));
    const { title = "", text = false, entries = [], files, folders, bytes } = preview;
    const mapper = new Mapper();
    const placed = entries.map(({ path, size = 0, folder = false, mtime = null }) => ({ path: mapper.map(path, folder), size, folder, mtime }));
    this.#known = placed.length;
    this.#show({ title, text, count: files + folders, entries: placed }, { files, folders, bytes }, from);
    if (canKeep()) void this.#tellKept(printable(title));
  }

  /** What an earlier visit kept is known a moment later. */
  async #tellKept(title: string): Promise<void> {
    const kept = await keptOf(title);
    const { value } = this.offer;
    if (kept > 0 && value !== null) this.offer.set({ ...value, kept });
  }

  #converse(pair: Pair, { from }: OfferInfo, sink: Sink): void {
    const { timer, client, switchboard, isRelayOnly } = this.#peer;
    const relays = this.#relays;
    const onEnd = (): void => {
      relays?.close();
      switchboard.drop(pair.id);
    };
    const ice = (): readonly IceServer[] => relays?.ice ?? client.ice;
    relays?.keep();
    const conversation = new Conversation({ pair, transfer: this.#transfer, timer, ice, relay: this.#relay, isRelayOnly, onEnd });
    this.#session = new ReceiveSession({ ...conversation.events, onDecide: (contents) => this.#listed(contents, from, sink) }, timer);
    this.#transfer.agreed();
    conversation.start(this.#session);
  }

  /** All of the list is here: it has to be what the person agreed to. */
  #listed(contents: Contents, from: Person, sink: Sink): void {
    const sums = sumOf(contents);
    const { title, text } = contents;
    if (this.#preview === null || !sameOffer(this.#preview, { t: "offer", ...sums, title, text })) {
      return this.#session?.cancel("bad-manifest", "The other side offers something else than what it had said.");
    }
    this.#show(contents, sums, from);
    const { limit = null } = this.#wishes;
    this.#session?.accept(sink, { limit, leftOut: this.#leftOut(contents, this.#wishes) });
  }

  /** Ticks were put on what was known then; one stood for the rest. */
  #leftOut({ entries }: Contents, { without = new Set(), rest = true }: Wishes): ReadonlySet<number> {
    return leftOut(entries, (index) => (index < this.#known ? !without.has(index) : rest));
  }

  #chosen(contents: Contents, wishes: Wishes): Contents {
    const out = this.#leftOut(contents, wishes);
    const entries = contents.entries.map((entry, index) => ({ ...entry, isLeftOut: out.has(index) }));
    return { ...contents, entries, count: wishes.rest === false ? entries.length : contents.count };
  }

  #show(contents: Contents, sums: Pick<OfferInfo, "files" | "folders" | "bytes">, from: Person): void {
    const { title, text, entries } = contents;
    this.#contents = contents;
    const shown = entries.map(({ path, size, folder }, index) => ({ index, path, size, folder }));
    this.offer.set({ ...sums, title: printable(title), text, from, entries: shown, content: null, kept: this.offer.value?.kept ?? 0 });
  }

  /** Before the state says that it is done. */
  #showWhenDone(sink: MemorySink): void {
    sink.onWhole = (content) => {
      const { value } = this.offer;
      if (value !== null) this.offer.set({ ...value, content });
    };
  }
}

function sumOf({ entries }: Contents): Pick<OfferInfo, "files" | "folders" | "bytes"> {
  const folders = entries.filter(({ folder }) => folder).length;
  return { files: entries.length - folders, folders, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
}

function gone(): PeerError {
  return new PeerError("peer-gone", "The other side has gone. Ask it for a new code.");
}
