/**
 * What the receiver fetches: the state of every file, what is missing, and what is to be stored; sans-I/O. Twin of
 * pypeer/transfer/fetch.py.
 *
 * A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. A
 * file goes fetching -> checking (all chunks stored; its root is awaited or compared) -> stored, or lost.
 */

import type { Entry, Refuse, Root } from "../gen/peer.ts";
import { type Bytes, fromHex, sameBytes, toHex } from "../secure/encoding.ts";
import type { Asking } from "./asking.ts";
import type { Budget } from "./budget.ts";
import { chunkCount, chunkLength } from "./chunks.ts";
import type { Lost, ReceiverEffect, StoreResult } from "./effects.ts";
import { fromPeer, TEXTS } from "./endings.ts";
import type { End, Frame } from "./frames.ts";
import { FileHashes } from "./hashes.ts";
import { printable } from "./names.ts";
import { Pulling } from "./pulling.ts";
import { Schedule } from "./schedule.ts";
import { best, ViolationError } from "./subflow.ts";

/** How often a chunk is asked for before its file is given up: on an authenticated link a wrong hash is a fault of the
 * other side, which a few repetitions either outlast or do not. */
const ATTEMPTS = 3;

/** Roots asked for at once: with as many requests, half of what a sender queues. */
const ASKS = 256;

const CORRUPT: Lost = { code: "corrupt", message: TEXTS.corrupt };

/** Life of a file. */
interface FileState {
  readonly index: number;
  readonly entry: Entry;
  readonly size: number;
  status: "fetching" | "checking" | "stored" | "lost";
  /** Some of it is from an earlier visit. */
  isResumed: boolean;
  left: number;
  held: number;
  root: Bytes | null;
  /** Of chunks that are stored. */
  hashes: FileHashes;
  /** Of chunks that are being stored. */
  readonly arriving: Map<number, Bytes>;
  readonly attempts: Map<number, number>;
}

/** What is there already, or not wanted. */
export interface Held {
  /** Hashes of the chunks that an earlier visit stored, of the files that it began. */
  readonly hashes: ReadonlyMap<number, FileHashes>;
  readonly leftOut: ReadonlySet<number>;
}

export const NOTHING_HELD: Held = { hashes: new Map(), leftOut: new Set() };

/** All files of one accepted offer; `links` are those that there are, always; `budget` bounds how fast chunks are asked for. */
export class Fetch {
  readonly files: number;
  readonly bytes: number;
  storedFiles = 0;
  storedBytes = 0;
  failed = 0;
  readonly #states = new Map<number, FileState>();
  readonly #pulling: Pulling;
  readonly #links: ReadonlyMap<number, Asking>;
  readonly #toAsk = new Set<number>();
  #effects: ReceiverEffect[] = [];

  constructor(entries: readonly Entry[], links: ReadonlyMap<number, Asking>, held = NOTHING_HELD, budget: Budget | null = null) {
    this.#links = links;
    entries.forEach((entry, index) => {
      if (!entry.folder && !held.leftOut.has(index)) this.#states.set(index, newState(index, entry));
    });
    const states = [...this.#states.values()];
    this.files = states.length;
    this.bytes = states.reduce((sum, { size }) => sum + size, 0);
    const schedule = new Schedule(new Map(states.map(({ index, left }) => [index, held.hashes.has(index) ? 0 : left])));
    this.#pulling = new Pulling(
      schedule,
      (file) => this.#state(file).size,
      links,
      (flow, frame) => this.#send(flow, frame),
      budget,
    );
    for (const state of [...states].reverse()) this.#goOn(state, held.hashes.get(state.index));
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

  /** Asks on these links for as much as there is room for, and the budget allows, and for roots on the best of them. */
  pump(flows: readonly Asking[], now: number): void {
    this.#pulling.pump(flows, now);
    const flow = best(flows) as Asking;
    let asked = [...this.#links.values()].reduce((sum, { roots }) => sum + roots.size, 0);
    for (const file of this.#toAsk) {
      if (asked++ >= ASKS) break;
      this.#toAsk.delete(file);
      flow.roots.add(file);
      this.#send(flow, { type: "control", message: { t: "ask-root", file } });
    }
  }

  /** From now on these files come before the others, in this order. */
  prefer(files: readonly number[]): void {
    this.#pulling.schedule.prefer(files);
  }

  /** Nobody was to send up to now. */
  excuse(now: number): void {
    this.#pulling.excuse(now);
  }

  /** What was on its way on this link is missing again. */
  linkLost(flow: Asking): void {
    this.#pulling.giveBack(flow.flights.values());
    for (const file of flow.roots) this.#toAsk.add(file);
  }

  /** The end of a chunk: verify and store it; throws ViolationError. */
  end(flow: Asking, frame: End, now: number): void {
    const landed = flow.end(frame, now);
    if (landed === null) return;
    this.#pulling.landed(landed);
    const { file, chunk, data } = landed;
    const state = this.#state(file);
    if (frame.root !== null) learnRoot(state, frame.root);
    state.arriving.set(chunk, frame.hash);
    this.#effects.push({ type: "store", file, chunk, data, hash: frame.hash });
  }

  /** The sender cannot serve a file; throws ViolationError. */
  refuse(flow: Asking, { request, code, message = "" }: Refuse): void {
    const flight = flow.close(request);
    if (flight === null) return;
    this.#pulling.refused(flight);
    this.#lose(this.#state(flight.file), { code, message: fromPeer(code, message).message });
  }

  /** The root of a file, or why there is none; throws ViolationError. */
  root(flow: Asking, { file, root, code }: Root): void {
    flow.root(file);
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
        if (result.chunk !== null) this.#pulling.window.remove(chunkLength(state.size, result.chunk));
        return this.#lose(state, result);
    }
  }

  #chunkStored(state: FileState, chunk: number): void {
    const length = chunkLength(state.size, chunk);
    this.#pulling.window.remove(length);
    if (state.status !== "fetching") return;
    state.hashes.put(chunk, state.arriving.get(chunk) as Bytes);
    state.arriving.delete(chunk);
    this.#hold(state, chunk);
    if (state.left === 0) this.#check(state);
  }

  #chunkCorrupt(state: FileState, chunk: number): void {
    this.#pulling.window.remove(chunkLength(state.size, chunk));
    const attempts = (state.attempts.get(chunk) ?? 0) + 1;
    state.attempts.set(chunk, attempts);
    if (attempts >= ATTEMPTS) this.#lose(state, CORRUPT);
    else this.#pulling.schedule.giveBack({ file: state.index, chunk });
  }

  /** All chunks are stored: compare the root, asking for it if nobody has told. */
  #check(state: FileState): void {
    state.status = "checking";
    const { index, hashes } = state;
    if (state.root === null) this.#toAsk.add(index);
    else if (hashes.root !== null && sameBytes(hashes.root, state.root)) this.#effects.push({ type: "finish", file: index });
    else if (state.isResumed) this.#restart(state);
    else this.#lose(state, CORRUPT);
  }

  /** Only what is not there yet of a file that an earlier visit began is asked for. */
  #goOn(state: FileState, hashes: FileHashes | undefined): void {
    if (hashes === undefined) return;
    state.hashes = hashes;
    state.isResumed = true;
    for (let chunk = chunkCount(state.size) - 1; chunk >= 0; chunk -= 1) {
      if (hashes.get(chunk) === null) this.#pulling.schedule.giveBack({ file: state.index, chunk });
      else this.#hold(state, chunk);
    }
  }

  #hold(state: FileState, chunk: number): void {
    const length = chunkLength(state.size, chunk);
    state.held += length;
    this.storedBytes += length;
    state.left -= 1;
  }

  /** What an earlier visit stored was of another content: all of it is asked for. */
  #restart(state: FileState): void {
    this.storedBytes -= state.held;
    Object.assign(state, { ...newState(state.index, state.entry), root: state.root });
    for (let chunk = state.left - 1; chunk >= 0; chunk -= 1) this.#pulling.schedule.giveBack({ file: state.index, chunk });
  }

  /** Goes on without this file. */
  #lose(state: FileState, { message }: Lost): void {
    if (state.status === "stored" || state.status === "lost") return;
    const { index, entry } = state;
    state.status = "lost";
    this.failed += 1;
    this.storedBytes -= state.held;
    this.#pulling.drop(index);
    this.#toAsk.delete(index);
    this.#effects.push({ type: "discard", file: index });
    this.#effects.push({ type: "event", event: { type: "lost", path: printable(entry.path), message } });
  }

  #send({ link }: Asking, frame: Frame): void {
    this.#effects.push({ type: "send", link, frame });
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
  return { index, entry, size, status: "fetching", isResumed: false, left: chunkCount(size), held: 0, root, hashes, arriving: new Map(), attempts: new Map() };
}

function learnRoot(state: FileState, root: Bytes): void {
  state.root ??= root;
  if (toHex(state.root) !== toHex(root)) throw new ViolationError(`file ${state.index} has two roots`);
}
