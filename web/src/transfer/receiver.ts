/**
 * The receiving side of a session: lists, asks its person, then pulls chunks until all is stored; sans-I/O. Twin of
 * pypeer/transfer/receiver.py.
 *
 * One table says how the session goes on. It lives through links: a lost one costs what was on its way, and on the next
 * the receiver goes on where it is.
 */

import type { PeerError } from "../errors.ts";
import type { Entries, Entry, Offer } from "../gen/peer.ts";
import { PROGRESS_S } from "../gen/peer_constants.ts";
import type { CommonEffect, Outcome, ReceiverEffect, StoreResult } from "./effects.ts";
import { fromHere } from "./endings.ts";
import { Fetch } from "./fetch.ts";
import type { Control, Frame } from "./frames.ts";
import { endCode, Manifest, sameOffer } from "./manifest.ts";
import { ManifestError, Mapper } from "./names.ts";
import { nameOf, Party, ViolationError } from "./party.ts";

/** How far the session is; links come and go meanwhile. Telling: all is stored, and the sender is to hear of it. */
export type Phase = "waiting" | "listing" | "deciding" | "preparing" | "fetching" | "concluding" | "telling" | "over";

/** What happens here rather than on the link. */
type Step = "listed" | "decided" | "prepared" | "settled" | "concluded" | "told";

const answersIn = (phase: Phase) => ({ data: phase, end: phase, refuse: phase, root: phase });

/**
 * What may happen in each phase, and where it leads; any other frame is a violation. The same offer comes again on every
 * new link; answers after fetching can only be to requests that were taken back.
 */
export const TRANSITIONS: Readonly<Record<Phase, Readonly<Partial<Record<ReturnType<typeof nameOf> | Step, Phase>>>>> = {
  waiting: { offer: "listing" },
  listing: { offer: "listing", entries: "listing", listed: "deciding" },
  deciding: { offer: "deciding", decided: "preparing" },
  preparing: { offer: "preparing", prepared: "fetching" },
  fetching: { offer: "fetching", ...answersIn("fetching"), settled: "concluding" },
  concluding: { offer: "concluding", ...answersIn("concluding"), concluded: "telling" },
  telling: { offer: "telling", ...answersIn("telling"), told: "over" },
  over: {},
};

type Effects = readonly (ReceiverEffect | CommonEffect)[];

/** Receives one offer, over one link after another. */
export class Receiver extends Party<ReceiverEffect> {
  #phase: Phase = "waiting";
  #isOfferedHere = false;
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

  /** There is a place for everything. */
  prepared(now: number): Effects {
    if (!this.hasEnded) {
      this.#step("prepared");
      this.#fetch = new Fetch(this.entries);
      this.emit({ type: "accepted", files: this.#fetch.files, bytes: this.#fetch.bytes });
      this.#goOn(now);
    }
    return this.flush();
  }

  /** The store did something. */
  stored(result: StoreResult, now: number): Effects {
    if (this.hasEnded || this.#fetch === null) return [];
    if (result.type === "broken") this.fail(result.code, result.message);
    else if (result.type === "concluded") this.#concluded(this.#fetch, now);
    else this.#fetch.stored(result);
    if (result.type === "stored") this.rate.add(now, this.#fetch.storedBytes);
    this.#advance();
    return this.flush();
  }

  /** Time passed: tell progress, at most every PROGRESS_S; call it about that often. */
  tick(now: number): Effects {
    if (now - this.#saidAt >= PROGRESS_S) this.#report(now);
    return this.flush();
  }

  protected override greeted(): void {
    this.#isOfferedHere = false;
  }

  protected override lostLink(): void {
    this.#isOfferedHere = false;
    this.#fetch?.linkLost();
  }

  protected override flows(now: number): void {
    if (this.#fetch === null || !this.#isFlowing) return;
    this.rate.start(now, this.#fetch.storedBytes);
    this.#advance();
  }

  protected override frame(frame: Frame, now: number): void {
    if (!this.#isOfferedHere && nameOf(frame) !== "offer") throw new ViolationError(`${nameOf(frame)} before offer`);
    this.#step(nameOf(frame));
    if (frame.type === "control") this.#control(frame, now);
    else if (frame.type === "data") this.#fetch?.data(frame);
    else if (frame.type === "end") this.#fetch?.end(frame);
    if (frame.type !== "data") this.#advance();
  }

  /** Once all is stored, no end that comes from outside can make it a failure. */
  protected override end(result: Outcome | PeerError): void {
    super.end(this.#outcome ?? result);
  }

  get #isFlowing(): boolean {
    return this.link === "open" && this.#isOfferedHere && !this.isPaused;
  }

  #step(cause: ReturnType<typeof nameOf> | Step): void {
    const after = TRANSITIONS[this.#phase][cause];
    if (after === undefined) throw new ViolationError(`${cause} is not allowed when ${this.#phase}`);
    this.#phase = after;
  }

  #control({ message }: Control, now: number): void {
    switch (message.t) {
      case "offer":
        return this.#offered(message, now);
      case "entries":
        return this.#listed(message);
      case "refuse":
        return this.#fetch?.refuse(message);
      case "root":
        return this.#fetch?.root(message);
    }
  }

  #offered(offer: Offer, now: number): void {
    if (this.#isOfferedHere || (this.#manifest !== null && !sameOffer(offer, this.#manifest.offer))) throw new ViolationError("another offer");
    this.#isOfferedHere = true;
    this.#trying(() => {
      this.#manifest ??= new Manifest(offer);
      if (this.#phase === "listing") this.send({ t: "list", start: this.entries.length });
      this.#goOn(now);
    });
  }

  #listed(page: Entries): void {
    const manifest = this.#manifest as Manifest;
    this.#trying(() => {
      manifest.add(page);
      if (!manifest.isComplete) return this.send({ t: "list", start: manifest.entries.length });
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

  /** Accepts on this link, if it is there and there is something to accept. */
  #goOn(now: number): void {
    if (!this.#isOfferedHere || this.link !== "open") return;
    if (this.#fetch !== null) {
      const { files, bytes, storedBytes } = this.#fetch;
      this.send({ t: "accept", files, bytes, have: storedBytes });
    }
    if (this.isPausedHere) this.send({ t: "pause" });
    this.flows(now);
    this.#tellDone();
  }

  /** Collects what the fetch wants done, asks for more, notices the end. */
  #advance(): void {
    if (this.#fetch === null || this.hasEnded || this.#phase !== "fetching") return;
    if (this.#isFlowing) this.#fetch.pump();
    this.push(...this.#fetch.takeEffects());
    if (!this.#fetch.isSettled) return;
    this.#step("settled");
    this.push({ type: "conclude" });
  }

  #report(now: number): void {
    if (this.#fetch === null) return;
    const { storedBytes: bytes, storedFiles: files, bytes: total } = this.#fetch;
    this.#saidAt = now;
    if (this.#isOfferedHere && (bytes !== this.#said.bytes || files !== this.#said.files)) {
      this.#said = { bytes, files };
      this.say({ t: "progress", bytes, files });
    }
    this.emit({ type: "progress", bytes, files, total, rate: this.rate.speed(now), left: this.rate.left(now, total - bytes) });
  }

  #concluded({ storedFiles: files, storedBytes: bytes, failed }: Fetch, now: number): void {
    this.#step("concluded");
    this.#report(now);
    this.#outcome = { files, bytes, failed };
    this.#tellDone();
  }

  #tellDone(): void {
    if (this.#outcome === null || !this.#isOfferedHere || this.link !== "open") return;
    this.#step("told");
    this.send({ t: "done", ...this.#outcome });
    this.end(this.#outcome);
  }
}
