/** What the receiver has asked for on one link; sans-I/O. Twin of pypeer/transfer/asking.py. */

import type { Bytes } from "../secure/encoding.ts";
import type { Data, End, Request } from "./frames.ts";
import type { Place } from "./schedule.ts";
import { Subflow, ViolationError } from "./subflow.ts";

/** A request on its way, and what came of it. */
export interface Flight extends Place {
  readonly length: number;
  data: Bytes | null;
  received: number;
}

/** A request that was answered in full. */
export type Landed = Flight & { readonly data: Bytes };

/** Requests made on one link, numbered there, and answered there. */
export class Asking extends Subflow {
  readonly flights = new Map<number, Flight>();
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

  /** The frame that asks for a chunk. */
  request({ file, chunk }: Place, length: number): Request {
    const request = this.#nextRequest++;
    this.flights.set(request, { file, chunk, length, data: null, received: 0 });
    return { type: "request", request, file, chunk };
  }

  /** Nothing of this file is wanted any more: what is to be stopped, by request. */
  takeBack(file: number): readonly (readonly [number, Flight])[] {
    const found = [...this.flights].filter(([, flight]) => flight.file === file);
    for (const [request] of found) {
      this.flights.delete(request);
      this.#stopped.add(request);
    }
    return found;
  }

  /** A part of a chunk; throws ViolationError. */
  data({ request, payload }: Data): void {
    const flight = this.#flight(request);
    if (flight === null) return;
    if (flight.received + payload.length > flight.length) throw new ViolationError(`chunk ${flight.chunk} of file ${flight.file} is too long`);
    flight.data ??= new Uint8Array(flight.length);
    flight.data.set(payload, flight.received);
    flight.received += payload.length;
  }

  /** A chunk is there; null if it was taken back. Throws ViolationError. */
  end({ request }: End): Landed | null {
    const flight = this.close(request);
    if (flight === null) return null;
    const { file, chunk, data } = flight;
    if (data === null || flight.received !== flight.length) throw new ViolationError(`chunk ${chunk} of file ${file} ends too early`);
    return { ...flight, data };
  }

  /** No more comes for a request; null if it was taken back. Throws ViolationError. */
  close(request: number): Flight | null {
    const flight = this.#flight(request);
    if (flight === null) this.#stopped.delete(request);
    else this.flights.delete(request);
    return flight;
  }

  /** The root of this file came; throws ViolationError. */
  root(file: number): void {
    if (!this.roots.delete(file)) throw new ViolationError(`the root of file ${file} was not asked for`);
  }

  /** The request that a frame answers; null if it was taken back. */
  #flight(request: number): Flight | null {
    const flight = this.flights.get(request) ?? null;
    if (flight === null && !this.#stopped.has(request)) throw new ViolationError(`an answer to request ${request}, which is not open`);
    return flight;
  }
}
