/**
 * The receiving side of a session up to what it fetches: the offer, its manifest, the person's decision; sans-I/O. Twin of
 * pypeer/transfer/listing.py.
 */

import type { EndCode, Entries, Entry, Offer } from "../gen/peer.ts";
import { Asking } from "./asking.ts";
import type { CommonEffect, ReceiverEffect } from "./effects.ts";
import { fromHere } from "./endings.ts";
import { type AskedFile, endCode, Manifest, sameOffer } from "./manifest.ts";
import { ManifestError, Mapper } from "./names.ts";
import { type nameOf, Party } from "./party.ts";
import { type Phase, type Step, TRANSITIONS } from "./phases.ts";
import { best, ViolationError } from "./subflow.ts";

export type Effects = readonly (ReceiverEffect | CommonEffect)[];

/** Lists what is offered, page by page, over whatever links there are, and asks the person. */
export abstract class Listing extends Party<ReceiverEffect, Asking> {
  protected manifest: Manifest | null = null;
  /** The source whose offer came first. */
  protected first = 0;
  /** The file that is fetched, where one was asked for by its root: no source may offer another. */
  protected readonly asked: AskedFile | null;
  #phase: Phase = "waiting";
  #paths: readonly string[] = [];

  constructor(asked: AskedFile | null = null) {
    super();
    this.asked = asked;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** What is offered; null until the offer came. */
  get offer(): Offer | null {
    return this.manifest?.offer ?? null;
  }

  /** The entries of the offer, complete when the person is asked to decide. */
  get entries(): readonly Entry[] {
    return this.manifest?.entries ?? [];
  }

  /** A safe name for each entry, all different; there when the person is asked to decide. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** The person decided. */
  decided(accepted: boolean): Effects {
    if (!this.hasEnded) {
      this.step("decided");
      if (accepted) this.push({ type: "prepare" });
      else this.#decline();
    }
    return this.flush();
  }

  protected override subflow(link: number, rank: number, frameBytes: number, source: number): Asking {
    return new Asking(link, rank, frameBytes, source);
  }

  /** The offer comes next. */
  protected override greeted(): void {}

  protected step(cause: ReturnType<typeof nameOf> | Step): void {
    const after = TRANSITIONS[this.#phase][cause];
    if (after === undefined) throw new ViolationError(`${cause} is not allowed when ${this.#phase}`);
    this.#phase = after;
  }

  protected offered(flow: Asking, offer: Offer, now: number): void {
    if (this.manifest !== null && !sameOffer(offer, this.manifest.offer)) throw new ViolationError("another offer");
    flow.step("offer");
    this.trying(flow.source, now, () => {
      if (this.manifest === null) [this.manifest, this.first] = [new Manifest(offer, this.asked), flow.source];
      this.list();
      this.goOn([flow], now);
    });
  }

  /** Asks for the next page, on one link; on another if that is lost. */
  protected list(): void {
    const flows = this.open("offered").filter(({ source }) => source === this.first);
    const flow = best(flows);
    if (this.#phase !== "listing" || flow === null || flows.some(({ isListing }) => isListing)) return;
    flow.isListing = true;
    this.send(flow, { t: "list", start: this.entries.length });
  }

  protected pageCame(flow: Asking, page: Entries, now: number): void {
    if (!flow.isListing) throw new ViolationError("entries that were not asked for");
    flow.isListing = false;
    this.trying(flow.source, now, () => {
      (this.manifest as Manifest).add(page);
      this.lookComplete(now);
      this.list();
    });
  }

  /** Whether all of the list is here; throws ManifestError if its names cannot be. */
  protected lookComplete(now: number): void {
    const { isComplete, entries } = this.manifest as Manifest;
    if (!isComplete) return;
    const mapper = new Mapper();
    this.#paths = entries.map(({ path, folder = false }) => mapper.map(path, folder));
    this.step("listed");
    this.push({ type: "decide" });
    this.listed(now);
  }

  /** What is wrong with the manifest of a source is the end of that source. */
  protected trying(source: number, now: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      this.dismiss(source, endCode(error), error.message, now);
    }
  }

  #decline(): void {
    this.say({ t: "decline" });
    this.end(fromHere("declined", "You declined."));
  }

  /** Goes on without this source, if there are others, else ends. */
  protected abstract dismiss(source: number, code: EndCode, message: string, now: number): void;
  /** All entries of the first source are known. */
  protected abstract listed(now: number): void;
  /** The offer came on these links: accept there, if there is something to accept, and go on. */
  protected abstract goOn(flows: readonly Asking[], now: number): void;
}
