/** Something this page fetches: codes or libraries, as many senders of the same, one session that draws from all. Twin of pypeer/fetching.py. */

import { PeerError } from "../errors.ts";
import type { EndCode, Invite } from "../gen/peer.ts";
import { HIT_SOURCES } from "../gen/signaling_constants.ts";
import { canKeep, forget } from "../keep/keep.ts";
import { CodeProblem } from "../secure/code.ts";
import { KeptSink } from "../sinks/kept.ts";
import { MemorySink } from "../sinks/memory.ts";
import type { Sink } from "../sinks/sink.ts";
import { choose, type Contents, targetsFor } from "../sinks/targets.ts";
import { spaceIn } from "../spaces/space.ts";
import { fromHere } from "../transfer/endings.ts";
import { OTHER_TOLD } from "../transfer/joining.ts";
import { type AskedFile, sumsFit } from "../transfer/manifest.ts";
import { isAgreed } from "./agreement.ts";
import { Cell } from "./cell.ts";
import { drawFrom, eventsFor } from "./drawing.ts";
import { Looking, showingFor } from "./looking.ts";
import type { Fetch, Invitation, OfferInfo, Person, Target, Wishes } from "./model.ts";
import { Offered } from "./offered.ts";
import { isVouched, NOT_SIGNED } from "./on_behalf.ts";
import type { Peer } from "./peer.ts";
import { ReceiveSession } from "./receive_session.ts";
import { Senders } from "./senders.ts";
import { cancelledHere } from "./session.ts";
import type { Supplier } from "./supplier.ts";
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
  readonly invitation = new Cell<Invitation | null>(null);
  readonly preferred = new Cell<readonly number[]>([]);
  readonly #peer: Peer;
  readonly #asked: AskedFile | null;
  readonly #looking = new Looking();
  readonly #transfer = new Transfer();
  readonly #offered = new Offered();
  readonly #senders: Senders;
  #session: ReceiveSession | null = null;
  #isListed = false;
  #isDecided = false;
  #wishes: Wishes = {};
  #isOrdered = true;

  /** Ways to those who have it; `asked` is the file that it has to be, where one was asked for by its root. */
  constructor(peer: Peer, ways: readonly Way[], asked: AskedFile | null = null) {
    this.#peer = peer;
    this.#asked = asked;
    this.#senders = new Senders(peer, this.#transfer, {
      onPreview: (supplier) => this.#previewed(supplier),
      onInvited: (supplier, invite, from) => this.#invited(supplier, invite, from),
      onGone: (supplier, error) => this.#gone(supplier, error),
      onLeadEnded: () => this.#drawAll(),
    });
    for (const way of ways) this.#add(way);
  }

  get offer(): Offered["info"] {
    return this.#offered.info;
  }

  get senders(): Senders["list"] {
    return this.#senders.list;
  }

  get state(): Transfer["state"] {
    return this.#transfer.state;
  }

  get waitsForOwner(): boolean {
    const { left } = this.#senders;
    return left.length > 0 && left.every(({ way }) => way.asksFirst);
  }

  add(text: string): void {
    const way = byCode(text);
    if (this.#senders.left.some((each) => each.way.key === way.key)) throw new CodeProblem("This code is here already. Enter the one of somebody else.");
    this.#add(way);
  }

  /** Somebody else is known to have it: they are asked, too. */
  join(way: Way): void {
    const isKnown = this.#senders.all.some((each) => each.way.key === way.key);
    if (!isKnown && this.#senders.all.length < HIT_SOURCES && !this.#transfer.hasEnded) this.#add(way);
  }

  #add(way: Way): void {
    const supplier = this.#senders.add(way);
    this.#session?.expect(this.#senders.numberOf(supplier));
    void supplier.meet();
  }

  targets(): readonly Target[] {
    const { contents } = this.#offered;
    return contents === null ? [] : targetsFor(contents);
  }

  get canKeep(): boolean {
    return canKeep();
  }

  async accept(target: Target, wishes: Wishes = {}): Promise<boolean> {
    const { value } = this.offer;
    const { contents, seen } = this.#offered;
    if (this.#senders.lead === null || contents === null || value === null || this.#isDecided) return this.#isDecided;
    const picked = await choose(target, wanted(contents, seen.length, wishes), this.#peer.page, this.#peer.timer).catch(() => null);
    const sink = picked !== null && wishes.keep && !value.text ? new KeptSink(value.title, picked) : picked;
    if (sink === null || this.#isDecided || this.#transfer.hasEnded) return this.#isDecided;
    this.#isDecided = true;
    this.#isOrdered = target === "download" && !(sink instanceof KeptSink);
    if (!wishes.keep && value.kept > 0) void forget(value.title).catch(() => undefined);
    if (sink instanceof MemorySink) this.#offered.showWhenDone(sink);
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
    return this.#looking.save(this.#offered.contents?.entries[0]?.path ?? "");
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
    if (this.#isDecided || (this.#senders.lead === null && this.invitation.value === null)) return this.cancel();
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
    this.#senders.leave(code, error);
  }

  /** The first that tells is shown to the person; of the others only those are of use that offer as much. */
  #previewed(supplier: Supplier): void {
    if (!this.#isAskedFor(supplier)) return this.#turnAway(supplier, NOT_ASKED);
    if (this.#senders.lead === null) return this.#follow(supplier);
    if (this.#senders.offersAsMuch(supplier)) return this.#draw(supplier);
    this.#turnAway(supplier, DIFFERS);
  }

  /** Where files are expected already, from somebody else, an invitation is none of them. */
  #invited(supplier: Supplier, invite: Invite, from: Person): void {
    const space = spaceIn(invite, Date.now());
    if (this.#senders.all.length > 1) return this.#turnAway(supplier, NOT_ASKED);
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

  /** Without a conversation with it; if nobody is left, that is the end. */
  #gone(supplier: Supplier, error: Error): void {
    if (this.#session !== null) return this.#session.sourceLost(this.#senders.numberOf(supplier), toPeerError(error));
    if (this.#senders.left.length === 0) return this.#transfer.ended(error);
    if (supplier !== this.#senders.lead) return;
    const next = this.#senders.succeed();
    if (next !== null) this.#follow(next);
  }

  /** What it offers is what the person decides about. */
  #follow(supplier: Supplier): void {
    const { offering } = supplier;
    if (offering === null) return;
    this.#senders.follow(supplier);
    this.#offered.previewed(offering);
  }

  /** Begins, with all senders that are there by now; others may come. */
  #begin({ from }: OfferInfo, sink: Sink): void {
    const { timer } = this.#peer;
    const events = eventsFor(this.#senders.all, {
      onDecide: (contents) => this.#listed(contents, from, sink),
      onEvent: (event) => this.#transfer.event(event),
      onDrawn: (number) => this.#senders.all[number]?.drawn(this.offer.value ?? { files: 0, bytes: 0 }),
      onLost: () => undefined,
      onEnd: (result) => this.#transfer.ended(result),
    });
    this.#session = new ReceiveSession(events, timer, this.#asked);
    this.#transfer.agreed();
    const { left } = this.#senders;
    for (const supplier of left) this.#session.expect(this.#senders.numberOf(supplier));
    for (const supplier of left) this.#draw(supplier);
  }

  /** Whoever lists first says what is fetched: that is to be the one whose offer the person has seen, while it is there. */
  #draw(supplier: Supplier): void {
    const mayDraw = this.#isListed || supplier === this.#senders.lead || this.#senders.lead?.transfer.hasEnded === true;
    if (this.#session !== null && !this.#session.hasEnded && mayDraw) drawFrom(supplier, this.#session, this.#senders.numberOf(supplier));
  }

  /** From those, too, that had to wait for the first. */
  #drawAll(): void {
    for (const supplier of this.#senders.left) this.#draw(supplier);
  }

  /** All of the list is here: it has to be what the person agreed to. */
  #listed(contents: Contents, from: Person, sink: Sink): void {
    const offering = this.#senders.lead?.offering ?? null;
    if (offering === null || !isAgreed(contents, this.#offered.seen, offering.preview)) {
      return this.#session?.cancel("bad-manifest", "The other side offers something else than what it had said.");
    }
    if (!isVouched(this.#session?.entries ?? [], contents.text, offering.digest)) return this.#session?.cancel("bad-manifest", NOT_SIGNED);
    this.#isListed = true;
    this.#offered.listed(contents, from);
    const { limit = null } = this.#wishes;
    this.#session?.accept(sink, { limit, leftOut: unwanted(contents, this.#offered.seen.length, this.#wishes) });
    this.#drawAll();
  }
}

function toPeerError(error: Error): PeerError {
  return error instanceof PeerError ? error : new PeerError("internal", `This page failed (${error.message}). Reload it and try again.`);
}
