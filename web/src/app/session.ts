/** What both sessions have in common: a core, the links, and doing what the core wants. */

import type { Link } from "../connect/link.ts";
import { PeerError } from "../errors.ts";
import type { EndCode } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import { now } from "../timers/clock.ts";
import type { CommonEffect, Event, Outcome } from "../transfer/effects.ts";
import { type Frame, Framer } from "../transfer/frames.ts";
import type { Party } from "../transfer/party.ts";
import type { Subflow } from "../transfer/subflow.ts";

/** One for all sessions: a frame is sent as soon as it is made. */
const framer = new Framer();

/** What a session tells. */
export interface SessionEvents {
  readonly onEvent: (event: Event) => void;
  /** The last link to this source closed and the session is not over: attach another, or `fail`. */
  readonly onLost: (source: number) => void;
  /** At the receiver: this link has nothing to do, and a better one is open: close it, or keep it. By default it is closed. */
  readonly onIdle?: (link: Link, source: number) => void;
  /** It is over; nothing comes after this. */
  readonly onEnd: (result: Outcome | PeerError) => void;
}

/** A link, and to whom it leads: a receiver may draw from several senders, which it numbers. */
interface Attached {
  readonly link: Link;
  readonly source: number;
}

/** Runs a core over links that come and go. */
export abstract class Session<E extends { readonly type: string }> {
  readonly #links = new Map<number, Attached>();
  readonly #core: Party<E, Subflow>;
  readonly #events: SessionEvents;
  #made = 0;

  constructor(core: Party<E, Subflow>, events: SessionEvents) {
    this.#core = core;
    this.#events = events;
  }

  get hasEnded(): boolean {
    return this.#core.hasEnded;
  }

  get isAttached(): boolean {
    return this.#links.size > 0;
  }

  /** Whether there is a link to this source. */
  isAttachedTo(source: number): boolean {
    return [...this.#links.values()].some((each) => each.source === source);
  }

  /**
   * Goes on over this link too, or, `alone`, over this link only, which may be attached already. The receiver asks on the
   * links of lowest rank that work; what is on its way on the others still arrives there. Alone, it is lost: the links
   * to this source of before are closed, and not listened to any more.
   */
  attach(link: Link, rank: number, alone = false, source = 0): void {
    const before = [...this.#links].filter(([, each]) => each.source === source);
    if (alone) for (const [number, each] of before) if (each.link !== link) this.#giveUp(number);
    if (before.some(([, each]) => each.link === link)) return;
    const number = this.#made++;
    this.#links.set(number, { link, source });
    this.perform(this.#core.linkUp(number, rank, link.frameBytes, source));
    link.start(
      (frame) => this.#received(number, frame),
      () => this.#closed(number),
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

  /** Sends a frame on this link; false if it is not there any more. */
  protected post(link: number, frame: Frame): boolean {
    return this.linkOf(link)?.send(framer.encode(frame)) ?? false;
  }

  /** The link with this number, while it is there. */
  protected linkOf(number: number): Link | null {
    return this.#links.get(number)?.link ?? null;
  }

  /** Nothing more comes from this source, or goes there. */
  protected detach(source: number): void {
    for (const [number, each] of [...this.#links]) if (each.source === source) this.#giveUp(number);
  }

  #do(effect: E | CommonEffect): void {
    switch (effect.type) {
      case "send": {
        const { link, frame } = effect as CommonEffect & { type: "send" };
        return void this.post(link, frame);
      }
      case "event":
        return this.#events.onEvent((effect as CommonEffect & { type: "event" }).event);
      case "end":
        return void this.guard(this.#end((effect as CommonEffect & { type: "end" }).result));
      default:
        this.act(effect as E);
    }
  }

  async #end(result: Outcome | PeerError): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const { link } of links) void link.close(); // the last words are on their way; nobody needs to wait for them
    await this.release(result);
    this.#events.onEnd(result);
  }

  /** This link has nothing more to do. */
  protected idle(number: number): void {
    const idle = this.#links.get(number);
    if (idle === undefined) return;
    if (this.#events.onIdle) this.#events.onIdle(idle.link, idle.source);
    else void idle.link.close();
  }

  #received(number: number, frame: Bytes): void {
    if (this.#links.has(number)) this.perform(this.#core.receive(number, frame, now()));
  }

  #closed(number: number): void {
    const closed = this.#links.get(number);
    if (closed === undefined) return;
    this.#links.delete(number);
    this.perform(this.#core.linkLost(number, now()));
    if (!this.isAttachedTo(closed.source) && !this.#core.hasEnded) this.#events.onLost(closed.source);
  }

  #giveUp(number: number): void {
    const link = this.linkOf(number);
    this.#links.delete(number);
    void link?.close();
    this.perform(this.#core.linkLost(number, now()));
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

