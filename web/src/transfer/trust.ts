/** Which sources may be asked for what: those that lied, and those that lack a file, are not; pure. Twin of pypeer/transfer/trust.py. */

import type { Asking } from "./asking.ts";
import { type Doubt, Witness } from "./witness.ts";

/** Knows all sources that were ever drawn from, and who of them was found out. */
export class Trust {
  readonly witness = new Witness();
  /** Sources that lied, for whoever owns this to take and dismiss. */
  accused: number[] = [];
  readonly #known = new Set<number>();
  readonly #barred = new Set<number>();

  /** These may be drawn from. */
  know(links: Iterable<Asking>): void {
    for (const { source } of links) this.#known.add(source);
  }

  /** Whether nothing that comes from this source is heeded any more. */
  bars(source: number): boolean {
    return this.#barred.has(source);
  }

  /** Nothing more is wanted of this source. */
  bar(source: number): void {
    this.#barred.add(source);
    this.witness.forget(source);
  }

  /** Whether this file may be asked of this source. */
  may(source: number, file: number): boolean {
    return this.witness.may(source, file);
  }

  /** This source does not have this file any more: whether another may. */
  canDoWithout(source: number, file: number): boolean {
    this.witness.exclude(source, file);
    return this.#isServed(file);
  }

  /** Files that somebody refused, and nobody who is left has. */
  get unserved(): readonly number[] {
    return this.witness.refused.filter((file) => !this.#isServed(file));
  }

  /** Whether there is a link to somebody else who may be believed. */
  hasOthers(source: number, links: Iterable<Asking>): boolean {
    return [...links].some((link) => link.source !== source && !this.bars(link.source));
  }

  /**
   * The file did not match its root: who is to blame, and who is to be tried alone: of those who sent it, as Witness tells; else,
   * where it is of several and all of them are gone, of the others.
   */
  doubt(file: number): Doubt {
    const isUseless = (source: number): boolean => this.bars(source) || this.witness.lacks(source, file);
    const isOfSeveral = this.witness.isOfSeveral(file);
    const { liar, alone } = this.witness.doubt(file, isUseless);
    const others = [...this.#known].filter((source) => !isUseless(source));
    if (alone !== null || !isOfSeveral || others.length === 0) return { liar, alone };
    const other = Math.min(...others);
    this.witness.tryAlone(file, other);
    return { liar, alone: other };
  }

  #isServed(file: number): boolean {
    return [...this.#known].some((source) => !this.bars(source) && this.may(source, file));
  }
}
