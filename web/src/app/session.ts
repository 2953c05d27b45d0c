/** What both sessions have in common: a core, the present link, and doing what the core wants. */

import type { Link } from "../connect/link.ts";
import { PeerError } from "../errors.ts";
import type { EndCode } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { CommonEffect, Event, Outcome } from "../transfer/effects.ts";
import { encode, type Frame } from "../transfer/frames.ts";
import type { Party } from "../transfer/party.ts";

/** Seconds of a clock that only goes forward. */
export function now(): number {
  return performance.now() / 1000;
}

/** What a session tells. */
export interface SessionEvents {
  readonly onEvent: (event: Event) => void;
  /** The link closed and the session is not over: attach another, or `fail`. */
  readonly onLost: () => void;
  /** It is over; nothing comes after this. */
  readonly onEnd: (result: Outcome | PeerError) => void;
}

/** Runs a core over one link after another. */
export abstract class Session<E extends { readonly type: string }> {
  protected link: Link | null = null;
  readonly #core: Party<E>;
  readonly #events: SessionEvents;

  constructor(core: Party<E>, events: SessionEvents) {
    this.#core = core;
    this.#events = events;
  }

  get hasEnded(): boolean {
    return this.#core.hasEnded;
  }

  get isAttached(): boolean {
    return this.link !== null;
  }

  /** Goes on over this link; the one before is not listened to any more. */
  attach(link: Link): void {
    void this.link?.close();
    this.link = link;
    this.perform(this.#core.linkUp(link.frameBytes));
    link.start(
      (frame) => this.#received(link, frame),
      () => this.#closed(link),
    );
  }

  /** The person here pauses; what is on its way still arrives. */
  pause(): void {
    this.perform(this.#core.pause());
  }

  /** The person here goes on. */
  resume(): void {
    this.perform(this.#core.resume(now()));
  }

  /** Ends the session, and tells the other side if there is a link. */
  cancel(code: EndCode, message: string): void {
    this.perform(this.#core.cancel(code, message));
  }

  /** Ends the session with this error: no link opens any more. */
  fail(error: PeerError): void {
    this.perform(this.#core.abandon(error));
  }

  protected perform(effects: readonly (E | CommonEffect)[]): void {
    for (const effect of effects) this.#do(effect);
  }

  /** Work that must not fail; if it does, the program is at fault, and the session ends. */
  protected async guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.cancel("internal", `The program failed (${error instanceof Error ? error.message : String(error)}).`);
      throw error;
    }
  }

  /** Sends a frame on the present link; false if there is none. */
  protected post(frame: Frame): boolean {
    return this.link?.send(encode(frame)) ?? false;
  }

  #do(effect: E | CommonEffect): void {
    switch (effect.type) {
      case "send":
        return void this.post((effect as CommonEffect & { type: "send" }).frame);
      case "event":
        return this.#events.onEvent((effect as CommonEffect & { type: "event" }).event);
      case "end":
        return void this.guard(this.#end((effect as CommonEffect & { type: "end" }).result));
      default:
        this.act(effect as E);
    }
  }

  async #end(result: Outcome | PeerError): Promise<void> {
    const { link } = this;
    this.link = null;
    void link?.close(); // the last words are on their way; nobody needs to wait for them
    await this.release(result);
    this.#events.onEnd(result);
  }

  #received(link: Link, frame: Bytes): void {
    if (link === this.link) this.perform(this.#core.receive(frame, now()));
  }

  #closed(link: Link): void {
    if (link !== this.link) return;
    this.link = null;
    this.perform(this.#core.linkLost());
    if (!this.#core.hasEnded) this.#events.onLost();
  }

  /** Effects of the one core or the other. */
  protected abstract act(effect: E): void;
  /** The session ended like this: let go of everything. */
  protected abstract release(result: Outcome | PeerError): Promise<void>;
}

/** The error of a session that its person ended. */
export function cancelledHere(): PeerError {
  return new PeerError("cancelled", "You stopped it.", false);
}

