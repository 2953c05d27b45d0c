/** What the receiver has asked for on one link; sans-I/O. Twin of pypeer/transfer/asking.py. */

import type { Bytes } from "../secure/encoding.ts";
import type { Data, End, Request } from "./frames.ts";
import { Pace } from "./pace.ts";
import type { Place } from "./schedule.ts";
import { Subflow, ViolationError } from "./subflow.ts";

/** A request on its way, and what came of it. */
export interface Flight extends Place {
  readonly length: number;
  readonly request: number;
  readonly askedAt: number;
  /** What had come on its link when it was asked for. */
  readonly delivered: number;
  /** Nothing else was on its way then. */
  readonly alone: boolean;
  data: Bytes | null;
  received: number;
  /** The same chunk, on its way on another link. */
  twin: { readonly link: Asking; readonly flight: Flight } | null;
}

/** A request that was answered in full. */
export type Landed = Flight & { readonly data: Bytes };

/** Requests made on one link, numbered there, and answered there. */
export class Asking extends Subflow {
  readonly pace = new Pace();
  readonly flights = new Map<number, Flight>();
  /** Bytes of all flights that have not come. */
  awaited = 0;
  /** Files whose roots are asked for. */
  readonly roots = new Set<number>();
  /** A page of the manifest is asked for. */
  isListing = false;
  /** The shell was told that this link has nothing to do. */
  isIdle = false;
  readonly #stopped = new Set<number>();
  #nextRequest = 0;

  /** Whether an answer is still to come. What was taken back may never be answered, and nobody waits for it. */
  get isBusy(): boolean {
    return this.flights.size > 0 || this.roots.size > 0 || this.isListing;
  }

  /** Whether one more request of this length may be on its way; `chunk` is the size of chunks of its file. */
  hasRoom(length: number, chunk: number, now: number): boolean {
    return this.flights.size === 0 || this.awaited + length <= this.pace.window(chunk, now);
  }

  /** Whether something is awaited that should have come by now. */
  isStalled(now: number): boolean {
    return this.flights.size > 0 && this.pace.isStalled(this.frameBytes, now);
  }

  /** Asks for a chunk: what is on its way now, and the frame that says so. */
  request({ file, chunk }: Place, length: number, now: number): readonly [Flight, Request] {
    const request = this.#nextRequest++;
    const alone = this.flights.size === 0;
    const flight = { file, chunk, length, request, askedAt: now, delivered: this.pace.delivered, alone, data: null, received: 0, twin: null };
    this.pace.asked(alone, now);
    this.flights.set(request, flight);
    this.awaited += length;
    return [flight, { type: "request", request, file, chunk }];
  }

  /** Nobody waits for this any more; whatever still comes of it is ignored. */
  takeBack(flight: Flight): void {
    this.#remove(flight);
    this.#stopped.add(flight.request);
  }

  /** A part of a chunk: whether it tells how long an answer takes. Throws ViolationError. */
  data({ request, payload }: Data, now: number): boolean {
    this.pace.heard(payload.length, now);
    const flight = this.#flight(request);
    if (flight === null) return false;
    if (flight.received + payload.length > flight.length) throw new ViolationError(`chunk ${flight.chunk} of file ${flight.file} is too long`);
    const tells = flight.alone && flight.received === 0;
    flight.data ??= new Uint8Array(flight.length);
    flight.data.set(payload, flight.received);
    flight.received += payload.length;
    this.awaited -= payload.length;
    if (tells) this.pace.answered(flight.askedAt, now);
    return tells;
  }

  /** A chunk is there; null if it was taken back. Throws ViolationError. */
  end({ request }: End, now: number): Landed | null {
    const flight = this.close(request);
    if (flight === null) return null;
    const { file, chunk, data } = flight;
    if (data === null || flight.received !== flight.length) throw new ViolationError(`chunk ${chunk} of file ${file} ends too early`);
    this.pace.landed(flight.delivered, flight.askedAt, now);
    return { ...flight, data };
  }

  /** No more comes for a request; null if it was taken back. Throws ViolationError. */
  close(request: number): Flight | null {
    const flight = this.#flight(request);
    if (flight === null) this.#stopped.delete(request);
    else this.#remove(flight);
    return flight;
  }

  /** The root of this file came; throws ViolationError. */
  root(file: number): void {
    if (!this.roots.delete(file)) throw new ViolationError(`the root of file ${file} was not asked for`);
  }

  #remove(flight: Flight): void {
    this.flights.delete(flight.request);
    this.awaited -= flight.length - flight.received;
  }

  /** The request that a frame answers; null if it was taken back. */
  #flight(request: number): Flight | null {
    const flight = this.flights.get(request) ?? null;
    if (flight === null && !this.#stopped.has(request)) throw new ViolationError(`an answer to request ${request}, which is not open`);
    return flight;
  }
}
