/**
 * What numbers count in one signaling session: requests until they are answered, and messages of the server, of which each
 * counts once; without I/O. It begins anew when the server does not resume (docs/protocol.md, "Signaling").
 */

import type { Hello } from "../gen/signaling.ts";
import { type Asking, Repeating } from "./repeating.ts";
import type { Numbered, Reply } from "./requests.ts";

/** What a numbered message is: the next one, one that was here before, or one before which others are missing. */
export type Turn = "next" | "known" | "gap";

interface Pending {
  readonly asking: Asking;
  readonly numbered: Numbered;
}

export class Session {
  /** What was refused for now. */
  readonly repeating = new Repeating();
  /** By id, until it is answered. */
  readonly #pending = new Map<number, Pending>();
  #token: string | null = null;
  #seen = 0;
  #nextId = 1;

  /** Number of the last message of the server. */
  get seen(): number {
    return this.#seen;
  }

  /** What lets the server go on with this session; null while it knows none. */
  get resume(): Hello["resume"] | null {
    return this.#token === null ? null : { token: this.#token, seen: this.#seen };
  }

  /** Signed in: how it is resumed next. */
  begun(token: string): void {
    this.#token = token;
  }

  /** Gives a request its number. */
  ask(asking: Asking): Numbered {
    const id = this.#nextId++;
    const numbered: Numbered = { ...asking.request, id };
    this.#pending.set(id, { asking, numbered });
    return numbered;
  }

  /** A message with this number is here. */
  take(seq: number): Turn {
    if (seq <= this.#seen) return "known";
    if (seq !== this.#seen + 1) return "gap";
    this.#seen = seq;
    return "next";
  }

  /** What was asked, unless nothing was, or it will be asked again. */
  answered(reply: Reply, now: number): Asking | null {
    const id = reply.re ?? 0;
    const asking = this.#pending.get(id)?.asking;
    if (asking === undefined) return null;
    this.#pending.delete(id);
    const wait = reply.t === "error" && reply.retry ? reply.wait : undefined;
    if (typeof wait === "number" && this.repeating.refused(asking, wait, now)) return null;
    this.repeating.settled(asking);
    return asking;
  }

  /** What the server, which has requests up to this number, did not get. */
  unreceived(received: number): readonly Numbered[] {
    return [...this.#pending].filter(([id]) => id > received).map(([, { numbered }]) => numbered);
  }

  /** All that nobody will answer if this session is lost. */
  unanswered(): readonly Asking[] {
    return [...[...this.#pending.values()].map(({ asking }) => asking), ...this.repeating.all()];
  }
}
