/** Roots of the files that are fetched: those that are known, and those that have to be asked for; sans-I/O. Twin of pypeer/transfer/roots.py. */

import type { Entry } from "../gen/peer.ts";
import { type Bytes, fromHex, sameBytes } from "../secure/encoding.ts";
import type { Asking } from "./asking.ts";
import type { Control } from "./frames.ts";
import { missingSubtree } from "./merkle.ts";
import { best, OtherError, ViolationError } from "./subflow.ts";

/** Roots asked for at once: with as many requests, half of what a sender queues. */
const ASKS = 256;

/** `may` tells whether the root of a file may be asked of a source, `send` says a frame on a link. */
export class Roots {
  readonly #entries: readonly Entry[];
  readonly #links: ReadonlyMap<number, Asking>;
  readonly #may: (source: number, file: number) => boolean;
  readonly #send: (link: Asking, frame: Control) => void;
  readonly #known = new Map<number, Bytes>();
  /** In the order in which they are asked for. */
  readonly #wanted = new Set<number>();

  constructor(
    entries: readonly Entry[],
    links: ReadonlyMap<number, Asking>,
    may: (source: number, file: number) => boolean,
    send: (link: Asking, frame: Control) => void,
  ) {
    this.#entries = entries;
    this.#links = links;
    this.#may = may;
    this.#send = send;
  }

  /** The root of a file, from its entry or from who sent it; null if nobody has told. */
  of(file: number): Bytes | null {
    const { size = 0, root } = this.#entries[file] as Entry;
    if (size === 0) return missingSubtree(0);
    return root ? fromHex(root) : (this.#known.get(file) ?? null);
  }

  /**
   * Somebody told it, beside whom there may be others. What was told first holds: throws OtherError if that was another, and
   * ViolationError if there is nobody else who may have told it.
   */
  learn(file: number, root: Bytes, hasOthers: boolean): void {
    const known = this.of(file);
    if (known !== null && !sameBytes(known, root)) throw hasOthers ? new OtherError() : new ViolationError(`file ${file} has two roots`);
    this.#known.set(file, root);
  }

  /** What was told of this file is of no use any more, nor is what it was to be asked for. */
  forget(file: number): void {
    this.#known.delete(file);
    this.#wanted.delete(file);
  }

  /** Ask for these, next time. */
  want(files: Iterable<number>): void {
    for (const file of files) this.#wanted.add(file);
  }

  /** No answer comes on this link any more. */
  giveBack(link: Asking): void {
    this.want(link.roots);
    link.roots.clear();
  }

  /** Asks for those that are wanted, each on the best link to somebody who may be asked. */
  pump(links: readonly Asking[]): void {
    let asked = [...this.#links.values()].reduce((sum, { roots }) => sum + roots.size, 0);
    for (const file of this.#wanted) {
      const link = best(links.filter(({ source }) => this.#may(source, file)));
      if (link === null || asked++ >= ASKS) return;
      this.#wanted.delete(file);
      link.roots.add(file);
      this.#send(link, { type: "control", message: { t: "ask-root", file } });
    }
  }
}
