/** Something this page fetches: codes or libraries, as many senders of the same, one session that draws from all. Twin of pypeer/fetching.py. */

import { PeerError } from "../errors.ts";
import type { EndCode, Invite } from "../gen/peer.ts";
import { HIT_SOURCES } from "../gen/signaling_constants.ts";
import { canKeep, forget, keptOf } from "../keep/keep.ts";
import { CodeProblem } from "../secure/code.ts";
import { KeptSink } from "../sinks/kept.ts";
import { MemorySink } from "../sinks/memory.ts";
import type { Sink } from "../sinks/sink.ts";
import { choose, type Contents, targetsFor } from "../sinks/targets.ts";
import { spaceIn } from "../spaces/space.ts";
import { fromHere } from "../transfer/endings.ts";
import { OTHER_TOLD } from "../transfer/joining.ts";
import { type AskedFile, sumsFit } from "../transfer/manifest.ts";
import { printable } from "../transfer/names.ts";
import { contentsOf, isAgreed, sameSums, type Sums, sumOf } from "./agreement.ts";
import { Cell } from "./cell.ts";
import { drawFrom, eventsFor } from "./drawing.ts";
import { Looking, showingFor } from "./looking.ts";
import type { Fetch, Invitation, OfferInfo, Person, SenderInfo, Target, Wishes } from "./model.ts";
import { isVouched, NOT_SIGNED } from "./on_behalf.ts";
import type { Peer } from "./peer.ts";
import { ReceiveSession } from "./receive_session.ts";
import { cancelledHere } from "./session.ts";
import { Supplier } from "./supplier.ts";
import { Transfer } from "./transfer.ts";
import { byCode, type Way } from "./ways.ts";
import { unwanted, wanted } from "./wishing.ts";

/** Why another sender is left alone whose sums differ already. */
const DIFFERS = new PeerError("declined", OTHER_TOLD, false);

/** Why one is left alone that was asked for a file. */
const NOT_ASKED = new PeerError("bad-manifest", "It offers something else than was asked for. Nothing is taken from it.", false);

/** Why an invitation is left alone that has no key, or no name that can be shown. */
const NO_SPACE = new PeerError("protocol", "The invitation is to no space: the program of the other side has to be updated.", false);

/** An offer of somebody else, from the first knock to the last byte. */
export class FetchedOffer implements Fetch {
  readonly offer = new Cell<OfferInfo | null>(null);
  readonly invitation = new Cell<Invitation | null>(null);
  readonly preferred = new Cell<readonly number[]>([]);
  readonly senders = new Cell<readonly SenderInfo[]>([]);
  readonly #peer: Peer;
  readonly #asked: AskedFile | null;
  readonly #looking = new Looking();
  readonly #transfer = new Transfer();
  readonly #suppliers: Supplier[] = [];
  /** Who told first what is offered, of those that are left. */
  #lead: Supplier | null = null;
  #session: ReceiveSession | null = null;
  #contents: Contents | null = null;
  /** Entries that were known when the person decided. */
  #seen: Contents["entries"] = [];
  #isListed = false;
  #isDecided = false;
  #wishes: Wishes = {};
  #isOrdered = true;

  /** Ways to those who have it; `asked` is the file that it has to be, where one was asked for by its root. */
  constructor(peer: Peer, ways: readonly Way[], asked: AskedFile | null = null) {
    this.#peer = peer;
    this.#asked = asked;
    for (const way of ways) this.#add(way);
  }

  get state(): Transfer["state"] {
    return this.#transfer.state;
  }

  get waitsForOwner(): boolean {
    const left = this.#suppliers.filter(({ transfer }) => !transfer.hasEnded);
    return left.length > 0 && left.every(({ way }) => way.asksFirst);
  }

  add(text: string): void {
    const way = byCode(text);
    if (this.#suppliers.some((each) => each.way.key === way.key && !each.transfer.hasEnded)) throw new CodeProblem("This code is here already. Enter the one of somebody else.");
    this.#add(way);
  }

  /** Somebody else is known to have it: they are asked, too. */
  join(way: Way): void {
    const isKnown = this.#suppliers.some((each) => each.way.key === way.key);
    if (!isKnown && this.#suppliers.length < HIT_SOURCES && !this.#transfer.hasEnded) this.#add(way);
  }

  #add(way: Way): void {
    const supplier: Supplier = new Supplier(this.#peer, way, {
      onPreview: () => this.#previewed(supplier),
      onInvited: (invite, from) => this.#invited(supplier, invite, from),
      onGone: (error) => this.#gone(supplier, error),
    });
    this.#suppliers.push(supplier);
    this.senders.set(this.#suppliers.map(({ transfer: { state } }, number) => ({ key: String(number), state })));
    supplier.transfer.state.watch(() => {
      this.#follows();
      if (supplier === this.#lead && supplier.transfer.hasEnded) this.#drawAll();
    });
    this.#session?.expect(this.#suppliers.length - 1);
    void supplier.meet();
  }

  targets(): readonly Target[] {
    return this.#contents === null ? [] : targetsFor(this.#contents);
  }

  get canKeep(): boolean {
    return canKeep();
  }

  async accept(target: Target, wishes: Wishes = {}): Promise<boolean> {
    const { value } = this.offer;
    if (this.#lead === null || this.#contents === null || value === null || this.#isDecided) return this.#isDecided;
    const picked = await choose(target, wanted(this.#contents, this.#seen.length, wishes), this.#peer.page, this.#peer.timer).catch(() => null);
    const sink = picked !== null && wishes.keep && !value.text ? new KeptSink(value.title, picked) : picked;
    if (sink === null || this.#isDecided || this.#transfer.hasEnded) return this.#isDecided;
    this.#isDecided = true;
    this.#isOrdered = target === "download" && !(sink instanceof KeptSink);
    if (!wishes.keep && value.kept > 0) void forget(value.title).catch(() => undefined);
    if (sink instanceof MemorySink) this.#showWhenDone(sink);
    this.#wishes = wishes;
    this.#begin(value, sink);
    return true;
  }

  get canLook(): boolean {
    return this.#showing !== null && this.#showing !== "too-large";
  }

  get isTooLargeToLook(): boolean {
    return this.#showing === "too-large";
  }

  get #showing(): ReturnType<typeof showingFor> {
    return this.offer.value === null ? null : showingFor(this.offer.value);
  }

  get looked(): Looking["shown"] {
    return this.#looking.shown;
  }

  async look(): Promise<boolean> {
    const { value } = this.offer;
    const showing = this.#showing;
    if (value === null || showing === null || showing === "too-large" || this.#isDecided) return this.#isDecided;
    this.#isDecided = true;
    this.#looking.sink.onWaiting = (offset) => this.#session?.seek(0, offset);
    try {
      await this.#looking.start(this.#peer, showing, value.bytes);
    } catch {
      this.#isDecided = false;
      return false;
    }
    if (!this.#transfer.hasEnded) this.#begin(value, this.#looking.sink);
    return true;
  }

  save(): Promise<void> {
    return this.#looking.save(this.#contents?.entries[0]?.path ?? "");
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
    if (this.#isDecided || (this.#lead === null && this.invitation.value === null)) return this.cancel();
    this.#isDecided = true;
    this.#leaveAll("declined", fromHere("declined", "You declined."));
  }

  pause(): void {
    this.#session?.pause();
  }

  resume(): void {
    this.#session?.resume();
  }

  cancel(): void {
    if (this.#session !== null) return this.#session.cancel("cancelled", cancelledHere().message);
    this.#leaveAll("cancelled", cancelledHere());
  }

  /** The person gave up, or said no, before there was a link. */
  #leaveAll(code: EndCode, error: PeerError): void {
    this.#transfer.ended(error);
    for (const supplier of this.#suppliers) supplier.leave(code, error);
  }

  /** The first that tells is shown to the person; of the others only those are of use that offer as much. */
  #previewed(supplier: Supplier): void {
    if (!this.#isAskedFor(supplier)) return this.#turnAway(supplier, NOT_ASKED);
    if (this.#lead === null) return this.#follow(supplier);
    if (this.#offersAsMuch(supplier)) return this.#draw(supplier);
    this.#turnAway(supplier, DIFFERS);
  }

  /** Where files are expected already, from somebody else, an invitation is none of them. */
  #invited(supplier: Supplier, invite: Invite, from: Person): void {
    const space = spaceIn(invite, Date.now());
    if (this.#suppliers.length > 1) return this.#turnAway(supplier, NOT_ASKED);
    if (space === null) return this.#turnAway(supplier, NO_SPACE);
    const join = (): string => {
      const { name } = this.#peer.spaceBook.join(space);
      supplier.joined();
      this.#transfer.ended(cancelledHere());
      return name;
    };
    this.invitation.set({ space: space.name, from, join });
  }

  #isAskedFor({ offering }: Supplier): boolean {
    return this.#asked === null || offering === null || sumsFit(offering.preview, this.#asked);
  }

  #turnAway(supplier: Supplier, why: PeerError): void {
    supplier.leave("declined", why);
    this.#gone(supplier, why);
  }

  #offersAsMuch({ offering }: Supplier): boolean {
    return offering !== null && this.#lead?.offering != null && sameSums(offering.preview, this.#lead.offering.preview);
  }

  /** Without a conversation with it; if nobody is left, that is the end. */
  #gone(supplier: Supplier, error: Error): void {
    const left = this.#suppliers.filter(({ transfer }) => !transfer.hasEnded);
    if (this.#session !== null) return this.#session.sourceLost(this.#suppliers.indexOf(supplier), toPeerError(error));
    if (left.length === 0) return this.#transfer.ended(error);
    if (supplier !== this.#lead) return;
    this.#lead = null;
    const next = left.find(({ offering }) => offering !== null);
    if (next !== undefined) this.#follow(next);
  }

  /** Of several that are there the one is shown whose offer is. */
  #follows(): void {
    const first = this.#suppliers.filter((each) => each === this.#lead);
    this.#transfer.follow([...first, ...this.#suppliers].map(({ transfer }) => transfer));
  }

  /** What it offers is what the person decides about. */
  #follow(supplier: Supplier): void {
    const { offering } = supplier;
    if (offering === null) return;
    this.#lead = supplier;
    this.#follows();
    const seen = contentsOf(offering.preview);
    this.#seen = seen.entries;
    this.#show(seen, offering.preview, offering.person);
    if (canKeep()) void this.#tellKept(printable(seen.title));
  }

  /** What an earlier visit kept is known a moment later. */
  async #tellKept(title: string): Promise<void> {
    const kept = await keptOf(title);
    const { value } = this.offer;
    if (kept > 0 && value !== null) this.offer.set({ ...value, kept });
  }

  /** Begins, with all senders that are there by now; others may come. */
  #begin({ from }: OfferInfo, sink: Sink): void {
    const { timer } = this.#peer;
    const events = eventsFor(this.#suppliers, {
      onDecide: (contents) => this.#listed(contents, from, sink),
      onEvent: (event) => this.#transfer.event(event),
      onDrawn: (number) => this.#suppliers[number]?.drawn(this.offer.value ?? { files: 0, bytes: 0 }),
      onLost: () => undefined,
      onEnd: (result) => this.#transfer.ended(result),
    });
    this.#session = new ReceiveSession(events, timer, this.#asked);
    this.#transfer.agreed();
    const left = this.#suppliers.filter(({ transfer }) => !transfer.hasEnded);
    for (const supplier of left) this.#session.expect(this.#suppliers.indexOf(supplier));
    for (const supplier of left) this.#draw(supplier);
  }

  /** Whoever lists first says what is fetched: that is to be the one whose offer the person has seen, while it is there. */
  #draw(supplier: Supplier): void {
    const mayDraw = this.#isListed || supplier === this.#lead || this.#lead?.transfer.hasEnded === true;
    if (this.#session !== null && !this.#session.hasEnded && mayDraw) drawFrom(supplier, this.#session, this.#suppliers.indexOf(supplier));
  }

  /** From those, too, that had to wait for the first. */
  #drawAll(): void {
    for (const supplier of this.#suppliers) if (!supplier.transfer.hasEnded) this.#draw(supplier);
  }

  /** All of the list is here: it has to be what the person agreed to. */
  #listed(contents: Contents, from: Person, sink: Sink): void {
    const sums = { ...sumOf(contents), text: contents.text };
    if (this.#lead?.offering == null || !isAgreed(contents, this.#seen, this.#lead.offering.preview)) {
      return this.#session?.cancel("bad-manifest", "The other side offers something else than what it had said.");
    }
    if (!isVouched(this.#session?.entries ?? [], sums.text, this.#lead.offering.digest)) return this.#session?.cancel("bad-manifest", NOT_SIGNED);
    this.#isListed = true;
    this.#show({ ...contents, title: this.#contents?.title ?? contents.title }, sums, from);
    const { limit = null } = this.#wishes;
    this.#session?.accept(sink, { limit, leftOut: unwanted(contents, this.#seen.length, this.#wishes) });
    this.#drawAll();
  }

  #show(contents: Contents, { files, folders, bytes }: Sums, from: Person): void {
    const { title, text, entries } = contents;
    this.#contents = contents;
    const shown = entries.map(({ path, size, folder }, index) => ({ index, path, size, folder }));
    this.offer.set({ files, folders, bytes, title: printable(title), text, from, entries: shown, content: null, kept: this.offer.value?.kept ?? 0 });
  }

  /** Before the state says that it is done. */
  #showWhenDone(sink: MemorySink): void {
    sink.onWhole = (content) => {
      const { value } = this.offer;
      if (value !== null) this.offer.set({ ...value, content });
    };
  }
}

function toPeerError(error: Error): PeerError {
  return error instanceof PeerError ? error : new PeerError("internal", `This page failed (${error.message}). Reload it and try again.`);
}
