/**
 * What the receiver fetches: the state of every file, requests in flight, and what is to be stored; sans-I/O. Twin of
 * pypeer/transfer/fetch.py.
 *
 * A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. A
 * file goes fetching -> checking (all chunks stored; its root is awaited or compared) -> stored, or lost.
 */

import type { Entry, Refuse, Root } from "../gen/peer.ts";
import { type Bytes, fromHex, sameBytes, toHex } from "../secure/encoding.ts";
import { chunkCount, chunkLength } from "./chunks.ts";
import type { Lost, ReceiverEffect, StoreResult } from "./effects.ts";
import { fromPeer, TEXTS } from "./endings.ts";
import type { Data, End } from "./frames.ts";
import { FileHashes } from "./hashes.ts";
import { printable } from "./names.ts";
import { ViolationError } from "./party.ts";
import { type Place, Schedule, Window } from "./schedule.ts";

/** How often a chunk is asked for before its file is given up: on an authenticated link a wrong hash is a fault of the
 * other side, which a few repetitions either outlast or do not. */
const ATTEMPTS = 3;

/** Roots asked for at once: with as many requests, half of what a sender queues. */
const ASKS = 256;

const CORRUPT: Lost = { code: "corrupt", message: TEXTS.corrupt };

/** A request on its way, and what came of it. */
interface Flight extends Place {
  readonly length: number;
  data: Bytes | null;
  received: number;
}

/** Life of a file. */
interface FileState {
  readonly index: number;
  readonly entry: Entry;
  readonly size: number;
  status: "fetching" | "checking" | "stored" | "lost";
  left: number;
  held: number;
  root: Bytes | null;
  /** Of chunks that are stored. */
  readonly hashes: FileHashes;
  /** Of chunks that are being stored. */
  readonly arriving: Map<number, Bytes>;
  readonly attempts: Map<number, number>;
}

/** All files of one accepted offer. */
export class Fetch {
  readonly files: number;
  readonly bytes: number;
  storedFiles = 0;
  storedBytes = 0;
  failed = 0;
  readonly #states = new Map<number, FileState>();
  readonly #schedule: Schedule;
  readonly #window = new Window();
  readonly #flights = new Map<number, Flight>();
  readonly #stopped = new Set<number>();
  readonly #toAsk = new Set<number>();
  readonly #asked = new Set<number>();
  #nextRequest = 0;
  #effects: ReceiverEffect[] = [];

  constructor(entries: readonly Entry[]) {
    entries.forEach((entry, index) => {
      if (!entry.folder) this.#states.set(index, newState(index, entry));
    });
    const states = [...this.#states.values()];
    this.files = states.length;
    this.bytes = states.reduce((sum, { size }) => sum + size, 0);
    this.#schedule = new Schedule(new Map(states.map(({ index, left }) => [index, left])));
    for (const state of states) if (state.left === 0) this.#check(state);
  }

  /** Whether every file is stored or lost. */
  get isSettled(): boolean {
    return this.storedFiles + this.failed === this.files;
  }

  /** What is to be done, once. */
  takeEffects(): readonly ReceiverEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Asks for as much as the window allows. */
  pump(): void {
    for (let next = this.#schedule.peek(); next !== null; next = this.#schedule.peek()) {
      const { size } = this.#state(next.file);
      if (!this.#window.hasRoom(size, next.chunk)) break;
      this.#request(next, chunkLength(size, next.chunk));
    }
    for (const file of this.#toAsk) {
      if (this.#asked.size >= ASKS) break;
      this.#toAsk.delete(file);
      this.#asked.add(file);
      this.#effects.push({ type: "send", frame: { type: "control", message: { t: "ask-root", file } } });
    }
  }

  /** What was on its way is missing again; the next link counts its requests anew. */
  linkLost(): void {
    for (const flight of [...this.#flights.values()].reverse()) {
      this.#window.remove(flight.length);
      this.#schedule.giveBack(flight);
    }
    this.#flights.clear();
    this.#stopped.clear();
    this.#nextRequest = 0;
    for (const file of this.#asked) this.#toAsk.add(file);
    this.#asked.clear();
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

  /** The end of a chunk: verify and store it; throws ViolationError. */
  end({ request, hash, root }: End): void {
    const flight = this.#flight(request);
    if (flight === null) return void this.#stopped.delete(request);
    const { file, chunk, data } = flight;
    if (data === null || flight.received !== flight.length) throw new ViolationError(`chunk ${chunk} of file ${file} ends too early`);
    this.#flights.delete(request);
    const state = this.#state(file);
    if (root !== null) learnRoot(state, root);
    state.arriving.set(chunk, hash);
    this.#effects.push({ type: "store", file, chunk, data, hash });
  }

  /** The sender cannot serve a file; throws ViolationError. */
  refuse({ request, code, message = "" }: Refuse): void {
    const flight = this.#flight(request);
    if (flight === null) return void this.#stopped.delete(request);
    this.#flights.delete(request);
    this.#window.remove(flight.length);
    this.#lose(this.#state(flight.file), { code, message: fromPeer(code, message).message });
  }

  /** The root of a file, or why there is none; throws ViolationError. */
  root({ file, root, code }: Root): void {
    if (!this.#asked.delete(file)) throw new ViolationError(`the root of file ${file} was not asked for`);
    const state = this.#state(file);
    if (state.status !== "checking") return;
    if (root) {
      learnRoot(state, fromHex(root));
      return this.#check(state);
    }
    const why = code ?? "file-vanished";
    this.#lose(state, { code: why, message: TEXTS[why] });
  }

  /** The store did something. */
  stored(result: Exclude<StoreResult, { type: "broken" | "concluded" }>): void {
    const state = this.#state(result.file);
    switch (result.type) {
      case "stored":
        return this.#chunkStored(state, result.chunk);
      case "corrupt":
        return this.#chunkCorrupt(state, result.chunk);
      case "finished":
        state.status = "stored";
        this.storedFiles += 1;
        return;
      case "lost":
        if (result.chunk !== null) this.#window.remove(chunkLength(state.size, result.chunk));
        return this.#lose(state, result);
    }
  }

  #chunkStored(state: FileState, chunk: number): void {
    const length = chunkLength(state.size, chunk);
    this.#window.remove(length);
    if (state.status !== "fetching") return;
    state.hashes.put(chunk, state.arriving.get(chunk) as Bytes);
    state.arriving.delete(chunk);
    state.held += length;
    this.storedBytes += length;
    state.left -= 1;
    if (state.left === 0) this.#check(state);
  }

  #chunkCorrupt(state: FileState, chunk: number): void {
    this.#window.remove(chunkLength(state.size, chunk));
    const attempts = (state.attempts.get(chunk) ?? 0) + 1;
    state.attempts.set(chunk, attempts);
    if (attempts >= ATTEMPTS) this.#lose(state, CORRUPT);
    else this.#schedule.giveBack({ file: state.index, chunk });
  }

  /** All chunks are stored: compare the root, asking for it if nobody has told. */
  #check(state: FileState): void {
    state.status = "checking";
    const { index, hashes } = state;
    if (state.root === null) this.#toAsk.add(index);
    else if (hashes.root !== null && sameBytes(hashes.root, state.root)) this.#effects.push({ type: "finish", file: index });
    else this.#lose(state, CORRUPT);
  }

  /** Goes on without this file. */
  #lose(state: FileState, { message }: Lost): void {
    if (state.status === "stored" || state.status === "lost") return;
    const { index, entry } = state;
    state.status = "lost";
    this.failed += 1;
    this.storedBytes -= state.held;
    this.#schedule.drop(index);
    this.#toAsk.delete(index);
    for (const [request, flight] of this.#flights) if (flight.file === index) this.#stop(request, flight);
    this.#effects.push({ type: "discard", file: index });
    this.#effects.push({ type: "event", event: { type: "lost", path: printable(entry.path), message } });
  }

  #request(place: Place, length: number): void {
    this.#schedule.take();
    this.#window.add(length);
    const request = this.#nextRequest++;
    this.#flights.set(request, { ...place, length, data: null, received: 0 });
    this.#effects.push({ type: "send", frame: { type: "request", request, ...place } });
  }

  #stop(request: number, flight: Flight): void {
    this.#flights.delete(request);
    this.#window.remove(flight.length);
    this.#stopped.add(request);
    this.#effects.push({ type: "send", frame: { type: "stop", request } });
  }

  /** The request that a frame answers; null if it was taken back. */
  #flight(request: number): Flight | null {
    const flight = this.#flights.get(request) ?? null;
    if (flight === null && !this.#stopped.has(request)) throw new ViolationError(`an answer to request ${request}, which is not open`);
    return flight;
  }

  /** Only files that were asked for are looked up. */
  #state(file: number): FileState {
    return this.#states.get(file) as FileState;
  }
}

function newState(index: number, entry: Entry): FileState {
  const size = entry.size ?? 0;
  const hashes = new FileHashes(size);
  const root = size === 0 ? hashes.root : entry.root ? fromHex(entry.root) : null;
  return { index, entry, size, status: "fetching", left: chunkCount(size), held: 0, root, hashes, arriving: new Map(), attempts: new Map() };
}

function learnRoot(state: FileState, root: Bytes): void {
  state.root ??= root;
  if (toHex(state.root) !== toHex(root)) throw new ViolationError(`file ${state.index} has two roots`);
}
