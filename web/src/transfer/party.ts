/**
 * What sender and receiver have in common: greeting on each new link, pause, cancel, and the end. Twin of
 * pypeer/transfer/party.py.
 *
 * The link comes and goes; what the two agreed on stays with the subclass. Inputs are bytes and calls, each with the time
 * in seconds; outputs are effects. Nothing here throws for anything the other side does: a violation ends the session.
 */

import type { PeerError } from "../errors.ts";
import type { ControlMessage, EndCode } from "../gen/peer.ts";
import { CHUNK_BYTES, FRAME_BYTES, VERSION } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { CommonEffect, Event, Outcome } from "./effects.ts";
import { fromHere, fromPeer, TEXTS } from "./endings.ts";
import { DATA_HEADER_BYTES, decode, type Frame } from "./frames.ts";
import { Rate } from "./rate.ts";

const CLIENT = "byway-page";

/** Largest frame that is taken: a whole chunk of the smallest size, where a link carries so much. */
const FRAME_TAKEN = CHUNK_BYTES + DATA_HEADER_BYTES;

/** Longest prose in a message (schema). */
export const PROSE_CHARS = 512;

/** Where the present link stands; while greeting our `hello` is out and theirs is not in. */
export type LinkState = "down" | "greeting" | "open";

/** The other side broke the contract; the text says how. */
export class ViolationError extends Error {
  override readonly name = "ViolationError";
}

/** One side of a session. Each public method returns what is to be done, in order. */
export abstract class Party<E> {
  protected readonly rate = new Rate();
  protected link: LinkState = "down";
  readonly #paused = { me: false, them: false };
  #hasEnded = false;
  #frameBytes: number = FRAME_BYTES;
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

  /** Largest frame that the other side takes. */
  get frameBytes(): number {
    return this.#frameBytes;
  }

  /** A link opened that takes frames of this size. */
  linkUp(frameBytes: number): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded) {
      this.#dropLink();
      this.link = "greeting";
      this.#frameBytes = frameBytes;
      this.send({ t: "hello", v: VERSION, client: CLIENT, frame: FRAME_TAKEN });
    }
    return this.flush();
  }

  /** The link closed; another may come. */
  linkLost(): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded) this.#dropLink();
    return this.flush();
  }

  /** A frame arrived. */
  receive(bytes: Bytes, now: number): readonly (E | CommonEffect)[] {
    if (this.#hasEnded) return [];
    try {
      const frame = bytes.length > FRAME_TAKEN ? null : decode(bytes);
      if (frame === null) throw new ViolationError("a frame that cannot be read");
      this.#dispatch(frame, now);
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error;
      this.fail("protocol", error.message);
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
      this.flows(now);
    }
    return this.flush();
  }

  /** Ends the session from here; `message` is for the person here, and, unless they cancelled, for the other. */
  cancel(code: EndCode, message: string): readonly (E | CommonEffect)[] {
    if (!this.#hasEnded) {
      this.send(code === "cancelled" ? { t: "cancel" } : { t: "cancel", code, message: message.slice(0, PROSE_CHARS) });
      this.end(fromHere(code, message));
    }
    return this.flush();
  }

  /** Ends the session without a word to the other side: no link opens any more. */
  abandon(error: PeerError): readonly (E | CommonEffect)[] {
    this.end(error);
    return this.flush();
  }

  #dispatch(frame: Frame, now: number): void {
    const message = frame.type === "control" ? frame.message : null;
    if (message?.t === "cancel") this.end(fromPeer(message.code ?? "cancelled", message.message ?? ""));
    else if (this.link === "greeting") this.#greet(message, now);
    else if (message?.t === "pause" || message?.t === "resume") this.#theyPaused(message.t === "pause", now);
    else this.frame(frame, now);
  }

  #greet(message: ControlMessage | null, now: number): void {
    if (message?.t !== "hello") throw new ViolationError("something instead of hello");
    if (message.v !== VERSION) return this.fail("unsupported-version", `version ${message.v} there, ${VERSION} here`);
    this.#frameBytes = Math.min(this.#frameBytes, message.frame);
    this.link = "open";
    this.greeted(now);
  }

  #theyPaused(paused: boolean, now: number): void {
    this.#setPaused("them", paused);
    this.flows(now);
  }

  #dropLink(): void {
    if (this.link === "down") return;
    this.link = "down";
    this.#setPaused("them", false);
    this.rate.stop();
    this.lostLink();
  }

  #setPaused(who: "me" | "them", paused: boolean): void {
    if (this.#paused[who] === paused) return;
    this.#paused[who] = paused;
    this.rate.stop();
    this.emit({ type: "paused", by: this.#paused.me ? "me" : this.#paused.them ? "them" : null });
  }

  /** Ends the session because of what arrived or happened, and tells the other side. */
  protected fail(code: EndCode, message: string): void {
    this.send({ t: "cancel", code, message: message.slice(0, PROSE_CHARS) });
    this.end(fromHere(code, `${TEXTS[code]} (${message})`));
  }

  protected end(result: Outcome | PeerError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.rate.stop();
    this.push({ type: "end", result });
  }

  protected send(message: ControlMessage): void {
    this.sendFrame({ type: "control", message });
  }

  protected sendFrame(frame: Frame): void {
    if (this.link !== "down") this.push({ type: "send", frame });
  }

  /** Sends what is allowed only after the greeting, and is said again on the next link if it cannot be said now. */
  protected say(message: ControlMessage): void {
    if (this.link === "open") this.send(message);
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

  /** Both have said hello on a new link. */
  protected abstract greeted(now: number): void;
  /** What was on its way on the link is gone. */
  protected abstract lostLink(): void;
  /** A pause may have ended: go on, if none is left. */
  protected abstract flows(now: number): void;
  /** Any frame but hello, pause, resume and cancel; throws ViolationError. */
  protected abstract frame(frame: Frame, now: number): void;
}

/** What a frame is called in tables and messages. */
export function nameOf(frame: Frame): Exclude<Frame["type"], "control"> | ControlMessage["t"] {
  return frame.type === "control" ? frame.message.t : frame.type;
}
