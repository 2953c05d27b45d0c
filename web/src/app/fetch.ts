/** Something this page fetches: codes or libraries, as many senders of the same, one session that draws from all. Twin of pypeer/fetching.py. */

import { PeerError } from "../errors.ts";
import type { EndCode, Invite } from "../gen/peer.ts";
import { HIT_SOURCES } from "../gen/signaling_constants.ts";
import { canKeep, forget } from "../keep/keep.ts";
import { CodeProblem } from "../secure/code.ts";
import { KeptSink } from "../sinks/kept.ts";
import { MemorySink } from "../sinks/memory.ts";
import type { Sink } from "../sinks/sink.ts";
import { choose, targetsFor } from "../sinks/targets.ts";
import { spaceIn } from "../spaces/space.ts";
import { fromHere } from "../transfer/endings.ts";
import type { AskedFile } from "../transfer/manifest.ts";
import { flawOf, NOT_ASKED } from "./agreement.ts";
import { Cell } from "./cell.ts";
import { Drawing } from "./drawing.ts";
import { Looking } from "./looking.ts";
import type { Fetch, Invitation, Person, Target, Wishes } from "./model.ts";
import { Offered } from "./offered.ts";
import type { Peer } from "./peer.ts";
import { Senders } from "./senders.ts";
import { cancelledHere } from "./session.ts";
import type { Supplier } from "./supplier.ts";
import { Transfer } from "./transfer.ts";
import { byCode, type Way } from "./ways.ts";
import { wanted } from "./wishing.ts";

/** Why an invitation is left alone that has no key, or no name that can be shown. */
const NO_SPACE = new PeerError("protocol", "The invitation is to no space: the program of the other side has to be updated.", false);

/** An offer of somebody else, from the first knock to the last byte. */
export class FetchedOffer implements Fetch {
  readonly invitation = new Cell<Invitation | null>(null);
  readonly preferred = new Cell<readonly number[]>([]);
  readonly #peer: Peer;
  readonly #asked: AskedFile | null;
  readonly #transfer = new Transfer();
  readonly #offered = new Offered();
  readonly #looking: Looking;
  readonly #senders: Senders;
  #isDecided = false;
  /** From the decision on, if it was to fetch it. */
  #drawing: Drawing | null = null;

  /** Ways to those who have it; `asked` is the file that it has to be, where one was asked for by its root. */
  constructor(peer: Peer, ways: readonly Way[], asked: AskedFile | null = null) {
    this.#peer = peer;
    this.#asked = asked;
    this.#looking = new Looking(peer, this.#offered, (offset) => this.#drawing?.session.seek(0, offset));
    this.#senders = new Senders(peer, this.#transfer, {
      onPreview: (supplier) => this.#previewed(supplier),
      onInvited: (supplier, invite, from) => this.#invited(supplier, invite, from),
      onGone: (supplier, error) => this.#gone(supplier, error),
      onLeadEnded: () => this.#drawing?.drawAll(),
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
    this.#drawing?.expect(supplier);
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
    const { lead } = this.#senders;
    if (lead === null || contents === null || value === null || this.#isDecided) return this.#isDecided;
    const picked = await choose(target, wanted(contents, seen.length, wishes), this.#peer.page, this.#peer.timer).catch(() => null);
    const sink = picked !== null && wishes.keep && !value.text ? new KeptSink(value.title, picked) : picked;
    if (sink === null || this.#isDecided || !this.#isStillOf(lead)) return this.#isDecided;
    this.#isDecided = true;
    if (!wishes.keep && value.kept > 0) void forget(value.title).catch(() => undefined);
    if (sink instanceof MemorySink) this.#offered.showWhenDone(sink);
    this.#begin(sink, wishes);
    return true;
  }

  get canLook(): boolean {
    return this.#looking.isPossible;
  }

  get isTooLargeToLook(): boolean {
    return this.#looking.isTooLarge;
  }

  get looked(): Looking["shown"] {
    return this.#looking.shown;
  }

  async look(): Promise<boolean> {
    const { lead } = this.#senders;
    if (lead === null || !this.canLook || this.#isDecided) return this.#isDecided;
    this.#isDecided = true;
    const sink = await this.#looking.start();
    this.#isDecided = sink !== null && this.#isStillOf(lead);
    if (sink !== null && this.#isDecided) this.#begin(sink);
    else if (sink !== null) await this.#looking.stop(sink);
    return this.#isDecided;
  }

  save(): Promise<void> {
    return this.#looking.save();
  }

  get canPrefer(): boolean {
    return this.#drawing?.canPrefer === true;
  }

  prefer(index: number): void {
    if (!this.canPrefer) return;
    this.preferred.set([index, ...this.preferred.value.filter((each) => each !== index)]);
    this.#drawing?.session.prefer(this.preferred.value);
  }

  decline(): void {
    if (this.#isDecided || (this.#senders.lead === null && this.invitation.value === null)) return this.cancel();
    this.#isDecided = true;
    this.#leaveAll("declined", fromHere("declined", "You declined."));
  }

  pause(): void {
    this.#drawing?.session.pause();
  }

  resume(): void {
    this.#drawing?.session.resume();
  }

  cancel(): void {
    if (this.#drawing !== null) return this.#drawing.session.cancel("cancelled", cancelledHere().message);
    this.#leaveAll("cancelled", cancelledHere());
  }

  /** Whoever offered it may go while a place for it is found, and to what another offers the person has not agreed. */
  #isStillOf(lead: Supplier): boolean {
    return this.#senders.lead === lead && !this.#transfer.hasEnded;
  }

  /** The person gave up, or said no, before there was a link. */
  #leaveAll(code: EndCode, error: PeerError): void {
    this.#transfer.ended(error);
    this.#senders.leave(code, error);
  }

  /** The first that tells is shown to the person; of the others only those are of use that offer as much. */
  #previewed(supplier: Supplier): void {
    const { lead } = this.#senders;
    if (supplier.offering === null) return;
    const flaw = flawOf(supplier.offering.preview, lead?.offering?.preview ?? null, this.#asked);
    if (flaw !== null) this.#turnAway(supplier, flaw);
    else if (lead === null) this.#follow(supplier);
    else this.#drawing?.draw(supplier);
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

  #turnAway(supplier: Supplier, why: PeerError): void {
    supplier.leave("declined", why);
    this.#gone(supplier, why);
  }

  /** Without a conversation with it; if nobody is left, that is the end. */
  #gone(supplier: Supplier, error: Error): void {
    if (this.#drawing !== null) return this.#drawing.gone(supplier, error);
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

  #begin(sink: Sink, wishes: Wishes = {}): void {
    const { timer } = this.#peer;
    this.#drawing = new Drawing({ senders: this.#senders, offered: this.#offered, transfer: this.#transfer, timer, asked: this.#asked, sink, wishes });
    this.#drawing.begin();
  }
}
