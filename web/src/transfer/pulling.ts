/**
 * On which link each chunk is asked for, and when it is asked for again on another; sans-I/O. Twin of
 * pypeer/transfer/pulling.py, but for what swarms and versions of before need.
 *
 * Every chunk goes to the link that will have it soonest of those that have room for it (earliest completion first, as ECF
 * of Multipath TCP). Links of one peer are used together if they are of the same rank, worse ones only while no better one
 * works; links of different peers are used together always.
 */

import type { Asking, Flight } from "./asking.ts";
import type { Budget } from "./budget.ts";
import { chunkBytes, chunkLength } from "./chunks.ts";
import type { Request, Stop } from "./frames.ts";
import { type Place, type Schedule, Window } from "./schedule.ts";

/** A chunk is asked for twice at the end if that gains so much, in seconds: what a person notices. */
const HASTE_S = 0.1;

/** What is on its way once: when it will be here, and on which link. */
interface Late {
  readonly due: number;
  readonly link: Asking;
  readonly flight: Flight;
}

/** Requests for what is missing. `links` are those that there are, always; `send` says a frame on one; `may` tells whether a file may be asked of a source. */
export class Pulling {
  readonly schedule: Schedule;
  readonly window = new Window();
  readonly #sizeOf: (file: number) => number;
  readonly #links: ReadonlyMap<number, Asking>;
  readonly #send: (link: Asking, frame: Request | Stop) => void;
  readonly #may: (source: number, file: number) => boolean;
  readonly #budget: Budget | null;

  constructor(
    schedule: Schedule,
    sizeOf: (file: number) => number,
    links: ReadonlyMap<number, Asking>,
    send: (link: Asking, frame: Request | Stop) => void,
    may: (source: number, file: number) => boolean,
    budget: Budget | null = null,
  ) {
    this.schedule = schedule;
    this.#sizeOf = sizeOf;
    this.#links = links;
    this.#send = send;
    this.#may = may;
    this.#budget = budget;
  }

  /** Asks on these links for as much as they, the window and the budget have room for. */
  pump(links: readonly Asking[], now: number): void {
    const fit = this.#fit(links, now);
    let next = this.schedule.peek();
    while (next !== null && this.#mayAsk(next, now)) {
      const link = this.#soonest(fit, next, now);
      if (link === null) return;
      this.schedule.take();
      this.#ask(link, next, now);
      next = this.schedule.peek();
    }
    if (next === null) this.#hasten(fit, now);
  }

  /** Nobody was to send up to now: silence on these links means nothing. */
  excuse(now: number): void {
    for (const { pace } of this.#links.values()) pace.excuse(now);
  }

  /** A chunk is here: its twin is not awaited any more, but it goes on to take room until it is stored. */
  landed({ twin }: Flight): void {
    if (twin !== null) this.#stop(twin.link, twin.flight);
  }

  /** A chunk will not come. */
  refused(flight: Flight): void {
    this.window.remove(flight.length);
    this.landed(flight);
  }

  /** These are lost with their links: they are missing again, but for those that are on their way elsewhere. */
  giveBack(flights: Iterable<Flight>): void {
    for (const flight of [...flights].reverse()) {
      this.window.remove(flight.length);
      if (flight.twin === null) this.schedule.giveBack(flight);
      else flight.twin.flight.twin = null;
    }
  }

  /** Nothing of this file is wanted any more. */
  drop(file: number): void {
    this.schedule.drop(file);
    for (const link of this.#links.values()) {
      for (const flight of [...link.flights.values()]) if (flight.file === file) this.#stop(link, flight);
    }
  }

  /** Has what is awaited on this link fetched elsewhere. */
  recall(link: Asking): void {
    const flights = [...link.flights.values()];
    for (const flight of flights) {
      link.takeBack(flight);
      this.#send(link, { type: "stop", request: flight.request });
    }
    this.giveBack(flights);
  }

  /** Those on which to ask; what is awaited on one that has stalled is taken back if there is another. */
  #fit(links: readonly Asking[], now: number): readonly Asking[] {
    const lively = links.filter((link) => !link.isStalled(now) && !link.pace.isResting(now));
    if (links.length === 1 || lively.length === 0) return links;
    for (const link of links.filter((link) => link.isStalled(now))) {
      link.pace.rest(now);
      this.recall(link);
    }
    const best = new Map<number, number>();
    for (const { source, rank } of lively) best.set(source, Math.min(rank, best.get(source) ?? rank));
    return lively.filter(({ source, rank }) => rank === best.get(source));
  }

  #mayAsk({ file, chunk }: Place, now: number): boolean {
    return this.window.hasRoom(this.#sizeOf(file), chunk, this.#links.size) && this.#budget?.isOpen(now) !== false;
  }

  /** Of those that have room, the link that will have this chunk first. */
  #soonest(links: readonly Asking[], { file, chunk }: Place, now: number): Asking | null {
    const size = this.#sizeOf(file);
    const length = chunkLength(size, chunk);
    let found: Asking | null = null;
    let soonest = Number.POSITIVE_INFINITY;
    for (const link of links) {
      if (!link.hasRoom(length, chunkBytes(size), now) || !this.#may(link.source, file)) continue;
      const needs = link.pace.needs(link.awaited + length);
      if (found !== null && (needs > soonest || (needs === soonest && !link.isBetterThan(found)))) continue;
      found = link;
      soonest = needs;
    }
    return found;
  }

  #ask(link: Asking, place: Place, now: number): Flight {
    const length = chunkLength(this.#sizeOf(place.file), place.chunk);
    this.#budget?.spend(length, now);
    this.window.add(length);
    const [flight, request] = link.request(place, length, now);
    this.#send(link, request);
    return flight;
  }

  /** Nothing is missing any more: asks once more for what comes last, where it comes sooner. */
  #hasten(links: readonly Asking[], now: number): void {
    for (let late = this.#latest(now); late !== null; late = this.#latest(now)) {
      const { due, link: held, flight } = late;
      const others = links.filter((link) => link !== held);
      const link = this.#soonest(others, flight, now);
      if (link === null || link.pace.needs(link.awaited + flight.length) + HASTE_S > due) return;
      if (!this.#mayAsk(flight, now)) return;
      const again = this.#ask(link, flight, now);
      flight.twin = { link, flight: again };
      again.twin = { link: held, flight };
    }
  }

  /** Of what is on its way once, what comes last. */
  #latest(now: number): Late | null {
    let latest: Late | null = null;
    for (const link of this.#links.values()) {
      const late = lastOf(link, now);
      if (late !== null && (latest === null || late.due > latest.due)) latest = late;
    }
    return latest;
  }

  #stop(link: Asking, flight: Flight): void {
    this.window.remove(flight.length);
    link.takeBack(flight);
    this.#send(link, { type: "stop", request: flight.request });
  }
}

/** The last chunk on this link that is on its way on no other, and when it will be here. */
function lastOf(link: Asking, now: number): Late | null {
  let count = link.awaited;
  for (const flight of [...link.flights.values()].reverse()) {
    if (flight.twin === null) return { due: link.pace.due(count, now), link, flight };
    count -= flight.length - flight.received;
  }
  return null;
}
