/**
 * The receiving side of a session: lists, asks its person, then pulls chunks until all is stored; sans-I/O. Twin of
 * pypeer/transfer/receiver.py.
 *
 * One table (phases.ts) says how the session goes on. It lives through links, and asks on those that are worth it
 * (pulling.ts); what was on its way on one that is lost is asked for again.
 */

import type { PeerError } from "../errors.ts";
import type { Entries, Entry, Offer } from "../gen/peer.ts";
import { PROGRESS_S } from "../gen/peer_constants.ts";
import { Asking } from "./asking.ts";
import type { CommonEffect, Outcome, ReceiverEffect, StoreResult } from "./effects.ts";
import { fromHere } from "./endings.ts";
import type { Budget } from "./budget.ts";
import { Fetch, type Held } from "./fetch.ts";
import type { Control, Frame } from "./frames.ts";
import { endCode, Manifest, sameOffer } from "./manifest.ts";
import { ManifestError, Mapper } from "./names.ts";
import { nameOf, Party } from "./party.ts";
import { type Phase, type Step, TRANSITIONS } from "./phases.ts";
import { ViolationError } from "./subflow.ts";

type Effects = readonly (ReceiverEffect | CommonEffect)[];

/** Receives one offer, over whatever links there are. */
export class Receiver extends Party<ReceiverEffect, Asking> {
  #phase: Phase = "waiting";
  #manifest: Manifest | null = null;
  #paths: readonly string[] = [];
  #fetch: Fetch | null = null;
  #outcome: Outcome | null = null;
  #said = { bytes: -1, files: -1 };
  #saidAt = Number.NEGATIVE_INFINITY;

  get phase(): Phase {
    return this.#phase;
  }

  /** What is offered; null until the offer came. */
  get offer(): Offer | null {
    return this.#manifest?.offer ?? null;
  }

  /** The entries of the offer, complete when the person is asked to decide. */
  get entries(): readonly Entry[] {
    return this.#manifest?.entries ?? [];
  }

  /** A safe name for each entry, all different; there when the person is asked to decide. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** The person decided. */
  decided(accepted: boolean): Effects {
    if (!this.hasEnded) {
      this.#step("decided");
      if (accepted) this.push({ type: "prepare" });
      else this.#decline();
    }
    return this.flush();
  }

  /** There is a place for everything; `held` and `budget` as in Fetch, `first` as in `prefer`. */
  prepared(now: number, held?: Held, budget: Budget | null = null, first: readonly number[] = []): Effects {
    if (!this.hasEnded) {
      this.#step("prepared");
      this.#fetch = new Fetch(this.entries, this.links, held, budget);
      this.#fetch.prefer(first);
      this.emit({ type: "accepted", files: this.#fetch.files, bytes: this.#fetch.bytes });
      this.#goOn(this.open("offered"), now);
    }
    return this.flush();
  }

  /** From now on these files come before the others, in this order; once there is a place for them. */
  prefer(files: readonly number[]): void {
    this.#fetch?.prefer(files);
  }

  /** The store did something. */
  stored(result: StoreResult, now: number): Effects {
    if (this.hasEnded || this.#fetch === null) return [];
    if (result.type === "broken") this.fail(result.code, result.message);
    else if (result.type === "concluded") this.#concluded(this.#fetch, now);
    else this.#fetch.stored(result);
    if (result.type === "stored") this.rate.add(now, this.#fetch.storedBytes);
    this.#advance(now);
    return this.flush();
  }

  /** Time passed: look after stalled links, tell progress, use what the budget has by now; call it about every PROGRESS_S. */
  tick(now: number): Effects {
    this.#advance(now);
    if (now - this.#saidAt >= PROGRESS_S) this.#report(now);
    return this.flush();
  }

  protected override subflow(link: number, rank: number, frameBytes: number): Asking {
    return new Asking(link, rank, frameBytes);
  }

  /** The offer comes next. */
  protected override greeted(): void {}

  protected override lostLink(flow: Asking): void {
    this.#fetch?.linkLost(flow);
    this.#list();
  }

  protected override go(now: number): void {
    if (this.#fetch === null || this.#flowing.length === 0) return;
    this.rate.start(now, this.#fetch.storedBytes);
    this.#advance(now);
  }

  protected override frame(flow: Asking, frame: Frame, now: number): void {
    if (!flow.hasReached("offered") && nameOf(frame) !== "offer") throw new ViolationError(`${nameOf(frame)} before offer`);
    this.#step(nameOf(frame));
    if (frame.type === "control") this.#control(flow, frame, now);
    else if (frame.type === "end") this.#fetch?.end(flow, frame, now);
    if (frame.type !== "data" || flow.data(frame, now)) this.#advance(now);
  }

  /** Tells which links have just become idle: those worse than the best, once all that was asked for there has come. */
  protected override flush(): Effects {
    const best = this.best("offered");
    for (const flow of this.hasEnded ? [] : this.open("offered")) {
      const isIdle = best !== null && flow.rank > best.rank && !flow.isBusy;
      if (isIdle && !flow.isIdle) this.push({ type: "idle", link: flow.link });
      flow.isIdle = isIdle;
    }
    return super.flush();
  }

  /** Once all is stored, no end that comes from outside can make it a failure. */
  protected override end(result: Outcome | PeerError): void {
    super.end(this.#outcome ?? result);
  }

  /** Who has paused brings nothing, and that is no fault of a link. */
  protected override wentOn(now: number): void {
    this.#fetch?.excuse(now);
  }

  /** The links on which more may be asked for; none while somebody pauses. */
  get #flowing(): readonly Asking[] {
    return this.isPaused ? [] : this.open("serving");
  }

  #step(cause: ReturnType<typeof nameOf> | Step): void {
    const after = TRANSITIONS[this.#phase][cause];
    if (after === undefined) throw new ViolationError(`${cause} is not allowed when ${this.#phase}`);
    this.#phase = after;
  }

  #control(flow: Asking, { message }: Control, now: number): void {
    switch (message.t) {
      case "offer":
        return this.#offered(flow, message, now);
      case "entries":
        return this.#listed(flow, message);
      case "refuse":
        return this.#fetch?.refuse(flow, message);
      case "root":
        return this.#fetch?.root(flow, message);
    }
  }

  #offered(flow: Asking, offer: Offer, now: number): void {
    if (this.#manifest !== null && !sameOffer(offer, this.#manifest.offer)) throw new ViolationError("another offer");
    flow.step("offer");
    this.#trying(() => {
      this.#manifest ??= new Manifest(offer);
      this.#list();
      this.#goOn([flow], now);
    });
  }

  /** Asks for the next page, on one link; on another if that is lost. */
  #list(): void {
    const flow = this.best("offered");
    if (this.#phase !== "listing" || flow === null || this.open("offered").some(({ isListing }) => isListing)) return;
    flow.isListing = true;
    this.send(flow, { t: "list", start: this.entries.length });
  }

  #listed(flow: Asking, page: Entries): void {
    if (!flow.isListing) throw new ViolationError("entries that were not asked for");
    flow.isListing = false;
    const manifest = this.#manifest as Manifest;
    this.#trying(() => {
      manifest.add(page);
      if (!manifest.isComplete) return this.#list();
      const mapper = new Mapper();
      this.#paths = manifest.entries.map(({ path, folder = false }) => mapper.map(path, folder));
      this.#step("listed");
      this.push({ type: "decide" });
    });
  }

  /** What is wrong with a manifest ends the session. */
  #trying(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      this.fail(endCode(error), error.message);
    }
  }

  #decline(): void {
    this.say({ t: "decline" });
    this.end(fromHere("declined", "You declined."));
  }

  /** Accepts on these links, if there is something to accept, and goes on. */
  #goOn(flows: readonly Asking[], now: number): void {
    for (const flow of flows) {
      if (this.#fetch !== null) {
        const { files, bytes, storedBytes } = this.#fetch;
        this.send(flow, { t: "accept", files, bytes, have: storedBytes });
        flow.step("accept");
      }
      if (this.isPausedHere) this.send(flow, { t: "pause" });
    }
    this.go(now);
    this.#tellDone();
  }

  /** Collects what the fetch wants done, asks for more, notices the end. */
  #advance(now: number): void {
    if (this.#fetch === null || this.hasEnded || this.#phase !== "fetching") return;
    const flows = this.#flowing;
    if (flows.length > 0) this.#fetch.pump(flows, now);
    this.push(...this.#fetch.takeEffects());
    if (!this.#fetch.isSettled) return;
    this.#step("settled");
    this.push({ type: "conclude" });
  }

  #report(now: number): void {
    if (this.#fetch === null) return;
    const { storedBytes: bytes, storedFiles: files, bytes: total } = this.#fetch;
    this.#saidAt = now;
    const flow = this.best("serving");
    if (flow !== null && (bytes !== this.#said.bytes || files !== this.#said.files)) {
      this.#said = { bytes, files };
      this.send(flow, { t: "progress", bytes, files });
    }
    this.emit({ type: "progress", bytes, files, total, rate: this.rate.speed(now), left: this.rate.left(now, total - bytes) });
  }

  #concluded({ storedFiles: files, storedBytes: bytes, failed }: Fetch, now: number): void {
    this.#step("concluded");
    this.#report(now);
    this.#outcome = { files, bytes, failed };
    this.#tellDone();
  }

  /** On all links, for each may be about to break; the sender heeds the first that comes. */
  #tellDone(): void {
    if (this.#outcome === null || this.open("serving").length === 0) return;
    this.#step("told");
    this.say({ t: "done", ...this.#outcome }, "serving");
    this.end(this.#outcome);
  }
}
