/**
 * Where what is fetched comes from: links, what is asked for on them, and what of it may be believed; sans-I/O. Twin of
 * pypeer/transfer/drawing.py.
 */

import type { Entry } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Asking } from "./asking.ts";
import type { Budget } from "./budget.ts";
import type { ReceiverEffect } from "./effects.ts";
import type { Frame } from "./frames.ts";
import { Pulling } from "./pulling.ts";
import { Roots } from "./roots.ts";
import { Schedule } from "./schedule.ts";
import { Trust } from "./trust.ts";

/** Draws chunks and roots; the parameters are those of Fetch. */
export class Drawing {
  readonly trust = new Trust();
  protected readonly links: ReadonlyMap<number, Asking>;
  protected readonly pulling: Pulling;
  protected readonly roots: Roots;
  protected effects: ReceiverEffect[] = [];

  constructor(entries: readonly Entry[], links: ReadonlyMap<number, Asking>, budget: Budget | null) {
    const send = ({ link }: Asking, frame: Frame): void => void this.effects.push({ type: "send", link, frame });
    const may = (source: number, file: number): boolean => this.trust.may(source, file);
    this.links = links;
    this.roots = new Roots(entries, links, may, send);
    this.pulling = new Pulling(new Schedule(new Map()), (file) => (entries[file] as Required<Entry>).size, links, send, may, budget);
  }

  /** What is to be done, once. */
  takeEffects(): readonly ReceiverEffect[] {
    const effects = this.effects;
    this.effects = [];
    return effects;
  }

  /** Asks on these links for as much as there is room for, and the budget allows, and for roots on the best of them. */
  pump(flows: readonly Asking[], now: number): void {
    const trusted = flows.filter(({ source }) => !this.trust.bars(source));
    this.trust.know([...this.links.values()].filter((flow) => flow.hasReached("serving")));
    this.pulling.pump(trusted, now);
    this.roots.pump(trusted);
  }

  /** From now on these files come before the others, in this order. */
  prefer(files: readonly number[]): void {
    this.pulling.schedule.prefer(files);
  }

  /** From now on this file comes from this chunk on, and then what is before. */
  seek(file: number, chunk: number): void {
    this.pulling.schedule.seek(file, chunk);
  }

  /** Nobody was to send up to now. */
  excuse(now: number): void {
    this.pulling.excuse(now);
  }

  /** The root of a file was told here; throws ViolationError. */
  protected learn({ source }: Asking, file: number, root: Bytes): void {
    this.roots.learn(file, root, this.trust.hasOthers(source, this.links.values()));
  }

  /** What was on its way on this link is missing again. */
  linkLost(flow: Asking): void {
    this.pulling.giveBack(flow.flights.values());
    this.roots.giveBack(flow);
  }
}
