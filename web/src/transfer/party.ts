/**
 * What sender and receiver have in common: greeting on each link, pause, cancel, and the end. Twin of
 * pypeer/transfer/party.py.
 *
 * Links come and go, several at a time (`Subflow`); what the two agreed on stays with the subclass. Inputs are bytes and
 * calls, each with the time in seconds; outputs are effects. Nothing here throws for anything the other side does: a
 * violation, on whichever link, ends the session.
 */

import type { PeerError } from "../errors.ts";
import type { ControlMessage, EndCode } from "../gen/peer.ts";
import { CAP_PROBE, CHUNK_BYTES, VERSION } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { CommonEffect, Event, Outcome } from "./effects.ts";
import { fromHere, fromPeer, TEXTS } from "./endings.ts";
import { DATA_HEADER_BYTES, decode, type Frame } from "./frames.ts";
import { Rate } from "./rate.ts";
import { best, type Stage, type Subflow, ViolationError } from "./subflow.ts";

const CLIENT = "byway-page";

/** Largest frame that is taken: a whole chunk of the smallest size, where a link carries so much. */
const FRAME_TAKEN = CHUNK_BYTES + DATA_HEADER_BYTES;

/** Longest prose in a message (schema). */
export const PROSE_CHARS = 512;

/** One side of a session. Each public method returns what is to be done, in order. */
export abstract class Party<E, F extends Subflow> {
  protected readonly rate = new Rate();
  protected readonly links = new Map<number, F>();
  readonly #paused = { me: false, them: false };
  #hasEnded = false;
  #effects: (E | CommonEffect)[] = [];

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isPaused(): boolean {
    return this.#paused.me || this.#paused.them;
  }

  get isPausedHere(): boolean {
    return this.#paused.me;
  }

  /**
   * A link opened that takes frames of this size. The lower its rank, the better it is; numbers go up. A receiver may have
   * links to several senders, its sources, which it numbers.
   */
  linkUp(link: number, rank: number, frameBytes: number, source = 0): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded) {
      const flow = this.subflow(link, rank, frameBytes, source);
      this.links.set(link, flow);
      this.send(flow, { t: "hello", v: VERSION, client: CLIENT, frame: FRAME_TAKEN, caps: [CAP_PROBE] });
    }
    return this.flush();
  }

  /** A link closed; the session goes on over the others, or waits for another. */
  linkLost(link: number, now: number): readonly (E | CommonEffect)[] {
    const flow = this.links.get(link);
    this.links.delete(link);
    if (flow !== undefined && !this.#hasEnded) {
      if (this.open("serving").length === 0) this.rate.stop();
      this.lostLink(flow, now);
      this.#heed(now);
    }
    return this.flush();
  }

  /** A frame arrived on a link that is up. */
  receive(link: number, bytes: Bytes, now: number): readonly (E | CommonEffect)[] {
    if (this.#hasEnded) return [];
    const flow = this.links.get(link) as F;
    try {
      const frame = bytes.length > FRAME_TAKEN ? null : decode(bytes);
      if (frame === null) throw new ViolationError("a frame that cannot be read");
      this.#dispatch(flow, frame, now);
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error;
      this.blame(flow, error.code, error.message, now);
    }
    return this.flush();
  }

  /** The person here paused. */
  pause(): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded && !this.#paused.me) {
      this.#setPaused("me", true);
      this.say({ t: "pause" });
    }
    return this.flush();
  }

  /** The person here goes on. */
  resume(now: number): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded && this.#paused.me) {
      this.say({ t: "resume" });
      this.#setPaused("me", false);
      if (!this.isPaused) this.wentOn(now);
      this.go(now);
    }
    return this.flush();
  }

  /** Ends the session from here; `message` is for the person here, and, unless they cancelled, for the other. */
  cancel(code: EndCode, message: string): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded) {
      this.say(code === "cancelled" ? { t: "cancel" } : { t: "cancel", code, message: message.slice(0, PROSE_CHARS) }, "greeting");
      this.end(fromHere(code, message));
    }
    return this.flush();
  }

  /** Ends the session without a word to the other side: no link opens any more. */
  abandon(error: PeerError): readonly (E | CommonEffect)[] {
    this.end(error);
    return this.flush();
  }

  #dispatch(flow: F, frame: Frame, now: number): void {
    const message = frame.type === "control" ? frame.message : null;
    if (message?.t === "cancel") this.cancelled(flow, fromPeer(message.code ?? "cancelled", message.message ?? ""), now);
    else if (flow.stage === "greeting") this.#greet(flow, message, now);
    else if (message?.t === "pause" || message?.t === "resume") {
      flow.isPaused = message.t === "pause";
      this.#heed(now);
    } else this.frame(flow, frame, now);
  }

  #greet(flow: F, message: ControlMessage | null, now: number): void {
    if (message?.t !== "hello") throw new ViolationError("something instead of hello");
    if (message.v !== VERSION) return this.blame(flow, "unsupported-version", `version ${message.v} there, ${VERSION} here`, now);
    flow.frameBytes = Math.min(flow.frameBytes, message.frame);
    flow.step("hello");
    this.greeted(flow);
  }

  /**
   * What holds of the other side's pause is what it said on the best link on which it said anything. It says it on all,
   * each of which has a delay of its own; on a new one it has said nothing yet, and what it said on the others holds.
   */
  #heed(now: number): void {
    const waited = this.isPaused;
    this.#setPaused("them", this.links.size > 0 && [...this.links.values()].every(({ source }) => this.hasPaused(source)));
    if (waited && !this.isPaused) this.wentOn(now);
    this.go(now);
  }

  /** Whether the other side pauses; who hears it from several goes on while one of them does not. */
  protected hasPaused(source: number): boolean {
    const said = [...this.links.values()].filter((flow) => flow.isPaused !== null && flow.source === source);
    return best(said)?.isPaused === true;
  }

  #setPaused(who: "me" | "them", paused: boolean): void {
    if (this.#paused[who] === paused) return;
    this.#paused[who] = paused;
    this.rate.stop();
    this.emit({ type: "paused", by: this.#paused.me ? "me" : this.#paused.them ? "them" : null });
  }

  /** Ends the session because of what arrived or happened, and tells the other side. */
  protected fail(code: EndCode, message: string): void {
    this.say({ t: "cancel", code, message: message.slice(0, PROSE_CHARS) }, "greeting");
    this.end(fromHere(code, `${TEXTS[code]} (${message})`));
  }

  /** Nothing can be done with whoever is at the other end of this link. */
  protected blame(_flow: F, code: EndCode, message: string, _now: number): void {
    this.fail(code, message);
  }

  /** The other side ended it, and says so on this link. */
  protected cancelled(_flow: F, error: PeerError, _now: number): void {
    this.end(error);
  }

  protected end(result: Outcome | PeerError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.rate.stop();
    this.push({ type: "end", result });
  }

  /** All links that are as far as this. */
  protected open(stage: Stage): readonly F[] {
    return [...this.links.values()].filter((flow) => flow.hasReached(stage));
  }

  protected send({ link }: F, message: ControlMessage): void {
    this.push({ type: "send", link, frame: { type: "control", message } });
  }

  /** Sends what is of the whole session on each link that is as far as this; on later links it is said again. */
  protected say(message: ControlMessage, stage: Stage = "greeted"): void {
    for (const flow of this.open(stage)) this.send(flow, message);
  }

  protected emit(event: Event): void {
    this.push({ type: "event", event });
  }

  protected push(...effects: readonly (E | CommonEffect)[]): void {
    this.#effects.push(...effects);
  }

  protected flush(): readonly (E | CommonEffect)[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** What is to be known of a new link. */
  protected abstract subflow(link: number, rank: number, frameBytes: number, source: number): F;
  /** Both have said hello on a new link. */
  protected abstract greeted(flow: F): void;
  /** What was on its way on the link is gone. */
  protected abstract lostLink(flow: F, now: number): void;
  /** Nobody pauses any more. */
  protected wentOn(_now: number): void {}
  /** A pause may have ended, or a link opened or closed: go on if that is possible. */
  protected abstract go(now: number): void;
  /** Any frame but hello, pause, resume and cancel; throws ViolationError. */
  protected abstract frame(flow: F, frame: Frame, now: number): void;
}

/** What a frame is called in tables and messages. */
export function nameOf(frame: Frame): Exclude<Frame["type"], "control"> | ControlMessage["t"] {
  return frame.type === "control" ? frame.message.t : frame.type;
}
