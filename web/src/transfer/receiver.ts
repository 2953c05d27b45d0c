/**
 * The receiving side of a session: lists, asks its person, then pulls chunks until all is stored; sans-I/O. Twin of
 * pypeer/transfer/receiver.py.
 *
 * One table (phases.ts) says how the session goes on. It lives through links, and asks on those that are worth it
 * (pulling.ts); what was on its way on one that is lost is asked for again.
 */

import type { Entry } from "../gen/peer.ts";
import type { Asking } from "./asking.ts";
import type { Budget } from "./budget.ts";
import { chunkBytes } from "./chunks.ts";
import type { StoreResult } from "./effects.ts";
import { Fetch, type Held } from "./fetch.ts";
import type { Control, Frame } from "./frames.ts";
import type { Effects } from "./listing.ts";
import { nameOf } from "./party.ts";
import { ViolationError } from "./subflow.ts";
import { Telling } from "./telling.ts";

/** What the person is told when the only senders that are left lie. */
const LIED = "it sent what is not in the file";

/** Receives one offer, over whatever links there are. */
export class Receiver extends Telling {
  /** There is a place for everything; `held` and `budget` as in Fetch, `first` as in `prefer`. */
  prepared(now: number, held?: Held, budget: Budget | null = null, first: readonly number[] = []): Effects {
    if (!this.hasEnded) {
      this.step("prepared");
      this.fetch = new Fetch(this.entries, this.links, held, budget);
      this.fetch.prefer(first);
      const { files, bytes } = this.fetch.tally;
      this.emit({ type: "accepted", files, bytes });
      this.goOn(this.open("offered"), now);
    }
    return this.flush();
  }

  /** From now on these files come before the others, in this order; once there is a place for them. */
  prefer(files: readonly number[]): void {
    this.fetch?.prefer(files);
  }

  /** Whoever shows this file waits for what is at this byte; once there is a place for it. */
  seek(file: number, offset: number): void {
    this.fetch?.seek(file, Math.floor(offset / chunkBytes((this.entries[file] as Required<Entry>).size)));
  }

  /** The store did something. */
  stored(result: StoreResult, now: number): Effects {
    if (this.hasEnded || this.fetch === null) return [];
    if (result.type === "broken") this.fail(result.code, result.message);
    else if (result.type === "concluded") this.concluded(this.fetch, now);
    else this.fetch.stored(result);
    if (result.type === "stored") this.rate.add(now, this.fetch.tally.storedBytes);
    this.#advance(now);
    return this.flush();
  }

  /** Time passed: look after stalled links, tell progress, use what the budget has by now; call it about every PROGRESS_S. */
  tick(now: number): Effects {
    this.#advance(now);
    if (this.fetch !== null) this.report(this.fetch, now);
    return this.flush();
  }

  protected override forsake(source: number, now: number): void {
    this.fetch?.forsake(source);
    this.#advance(now);
  }

  protected override lostLink(flow: Asking, now: number): void {
    this.fetch?.linkLost(flow);
    this.list();
    this.listToo(flow.source, now);
  }

  protected override go(now: number): void {
    if (this.fetch === null || this.#flowing.length === 0) return;
    this.rate.start(now, this.fetch.tally.storedBytes);
    this.#advance(now);
  }

  protected override frame(flow: Asking, frame: Frame, now: number): void {
    if (!flow.hasReached("offered") && nameOf(frame) !== "offer") throw new ViolationError(`${nameOf(frame)} before offer`);
    if (!this.isHeeded(flow)) return;
    if (frame.type === "control" && (frame.message.t === "offer" || frame.message.t === "entries") && this.joins(flow)) {
      return this.too(flow, frame.message, now);
    }
    this.step(nameOf(frame));
    if (frame.type === "control") this.#control(flow, frame, now);
    else if (frame.type === "end") this.fetch?.end(flow, frame, now);
    if (frame.type !== "data" || flow.data(frame, now)) this.#advance(now);
  }

  /** Who has paused brings nothing, and that is no fault of a link. */
  protected override wentOn(now: number): void {
    this.fetch?.excuse(now);
  }

  /** The links on which more may be asked for; none while somebody pauses. */
  get #flowing(): readonly Asking[] {
    return this.isPaused ? [] : this.open("serving").filter(({ source }) => !this.hasPaused(source));
  }

  #control(flow: Asking, { message }: Control, now: number): void {
    switch (message.t) {
      case "offer":
        return this.offered(flow, message, now);
      case "entries":
        return this.pageCame(flow, message, now);
      case "refuse":
        return this.fetch?.refuse(flow, message);
      case "root":
        return this.fetch?.root(flow, message);
    }
  }

  protected override goOn(flows: readonly Asking[], now: number): void {
    for (const flow of flows.filter((each) => this.belongs(each))) {
      if (this.fetch !== null) {
        const { files, bytes, storedBytes } = this.fetch.tally;
        this.send(flow, { t: "accept", files, bytes, have: storedBytes });
        flow.step("accept");
        this.drawFrom(flow.source);
      }
      if (this.isPausedHere) this.send(flow, { t: "pause" });
    }
    this.go(now);
    this.tellDone();
  }

  /** Collects what the fetch wants done, asks for more, notices who lied, and the end. */
  #advance(now: number): void {
    if (this.fetch === null || this.hasEnded || this.phase !== "fetching") return;
    const flows = this.#flowing;
    if (flows.length > 0) this.fetch.pump(flows, now);
    this.push(...this.fetch.takeEffects());
    const { trust, tally } = this.fetch;
    for (let liar = trust.accused.pop(); liar !== undefined; liar = trust.accused.pop()) this.dismiss(liar, "corrupt", LIED, now);
    if (!tally.isSettled || this.phase !== "fetching" || this.hasEnded) return;
    this.step("settled");
    this.push({ type: "conclude" });
  }
}
