/** What the sender owes on one link; sans-I/O. Twin of pypeer/transfer/serving.py. */

import { QUEUE_REQUESTS } from "../gen/peer_constants.ts";
import type { Read } from "./effects.ts";
import type { Probe, Request } from "./frames.ts";
import type { nameOf } from "./party.ts";
import { type Stage, Subflow, ViolationError } from "./subflow.ts";

/** What the receiver may say on a link beside hello, pause, resume and cancel; everything else is a violation. */
export const ALLOWED: Readonly<Record<Stage, readonly ReturnType<typeof nameOf>[]>> = {
  greeting: [],
  greeted: [],
  offered: ["list", "accept", "decline"],
  serving: ["request", "probe", "stop", "ask-root", "progress", "done"],
};

/** Requests that came on one link and are answered there, in order. */
export class Serving extends Subflow {
  /** Not yet answered to the end, by request. */
  readonly open = new Map<number, Read>();
  /** Files whose roots are asked for. */
  readonly roots = new Set<number>();
  #queue: Read[] = [];
  #listed = 0;

  get hasQueued(): boolean {
    return this.#queue.length > 0;
  }

  /** The next to be read; there must be one. */
  take(): Read {
    return this.#queue.shift() as Read;
  }

  /** Queues it; throws ViolationError. */
  request({ type, request, file, chunk }: Request | Probe): void {
    if (this.open.has(request)) throw new ViolationError(`request ${request} is open already`);
    this.#count();
    const read = { link: this.link, request, file, chunk, bare: type === "probe" };
    this.open.set(request, read);
    this.#queue.push(read);
  }

  /** What has been answered already is not open any more, and no violation. */
  stop(request: number): void {
    const read = this.open.get(request);
    this.open.delete(request);
    this.#queue = this.#queue.filter((each) => each !== read);
  }

  /** Notes that the root of this file is wanted; throws ViolationError. */
  askRoot(file: number): void {
    if (this.roots.has(file)) throw new ViolationError(`the root of file ${file} is asked for twice`);
    this.#count();
    this.roots.add(file);
  }

  /**
   * A page of these entries is asked for; throws ViolationError. Each page once on a link, else a receiver that never
   * reads could have pages without end queued for it. Those in between may have come on other links.
   */
  list(start: number, stop: number): void {
    if (start < this.#listed) throw new ViolationError(`list from ${start} out of turn`);
    this.#listed = stop;
  }

  #count(): void {
    if (this.open.size + this.roots.size >= QUEUE_REQUESTS) throw new ViolationError(`more than ${QUEUE_REQUESTS} requests at once`);
  }
}
