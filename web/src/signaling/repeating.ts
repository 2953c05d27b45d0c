/**
 * Requests that the server refused for now, until they are made again; without I/O.
 *
 * Those that nobody waits for go in order: sealed bodies are numbered, and one that overtook another would end its pair.
 * So while one of them has to be made again, later ones wait behind it, and each is made when the one before was answered.
 */

import type { Error as ErrorMessage } from "../gen/signaling.ts";
import type { Request } from "./requests.ts";

/** Requests that wait at most: ten pairs that connect say as much, and a server that refuses more is of no use. */
export const WAITING_MAX = 256;

/** The answer to what there was no room for. */
export const OVERLOADED: ErrorMessage = {
  t: "error",
  code: "rate-limited",
  message: "The server does not take what this page has to say.",
  retry: true,
};

/** A request, the ticket under which the shell waits, and until when it is made again if it is refused, in seconds. */
export interface Asking {
  readonly ticket: number;
  readonly request: Request;
  readonly until: number;
  readonly ordered: boolean;
}

interface Alone {
  readonly at: number;
  readonly asking: Asking;
}

/** What waits. Times are of a monotonic clock, in seconds. */
export class Repeating {
  #alone: readonly Alone[] = [];
  #queue: readonly Asking[] = [];
  #queueDue = 0;
  /** Ticket of the one in order that was made again, and is not answered yet. */
  #trying: number | null = null;

  /** Whether a request in order has to wait behind others. */
  get isQueueing(): boolean {
    return this.#queue.length > 0 || this.#trying !== null;
  }

  /** Lets one wait behind the others, if there is room. */
  hold(asking: Asking): boolean {
    if (this.#queue.length >= WAITING_MAX) return false;
    this.#queue = [...this.#queue, asking];
    return true;
  }

  /** The server wants to be asked again after `wait` seconds: whether it will be. */
  refused(asking: Asking, wait: number, now: number): boolean {
    const at = now + wait;
    if (at > asking.until || this.#alone.length + this.#queue.length >= WAITING_MAX) return false;
    if (asking.ordered) this.#requeue(asking, at);
    else this.#alone = [...this.#alone, { at, asking }];
    return true;
  }

  /** One was answered for good: the next in order need not wait. */
  settled({ ticket }: Asking): void {
    if (this.#trying === ticket) this.#trying = null;
  }

  /** What is to be made again now. */
  due(now: number): readonly Asking[] {
    const found = this.#alone.filter(({ at }) => at <= now).map(({ asking }) => asking);
    this.#alone = this.#alone.filter(({ at }) => at > now);
    const [first, ...rest] = this.#queue;
    if (first === undefined || this.#trying !== null || this.#queueDue > now) return found;
    this.#queue = rest;
    this.#trying = first.ticket;
    return [...found, first];
  }

  /** When `due` has something; infinite if never. */
  wakeAt(): number {
    const head = this.#queue.length > 0 && this.#trying === null ? this.#queueDue : Infinity;
    return Math.min(head, ...this.#alone.map(({ at }) => at));
  }

  /** All that waits, when the session is gone and with it what this was about. */
  all(): readonly Asking[] {
    return [...this.#alone.map(({ asking }) => asking), ...this.#queue];
  }

  #requeue(asking: Asking, at: number): void {
    this.settled(asking);
    this.#queue = [...this.#queue, asking].sort((one, other) => one.ticket - other.ticket);
    this.#queueDue = Math.max(this.#queueDue, at);
  }
}
