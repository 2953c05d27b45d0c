/**
 * What the receiver fetches: the state of every file, what is missing, and what is to be stored; sans-I/O. Twin of
 * pypeer/transfer/fetch.py.
 *
 * A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. A
 * file goes fetching -> checking (all chunks stored; its root is awaited or compared) -> naming (nothing is needed of any
 * source, so none that goes makes it lost) -> stored, or lost.
 */

import type { Entry, Refuse, Root } from "../gen/peer.ts";
import { type Bytes, fromHex, sameBytes } from "../secure/encoding.ts";
import type { Asking } from "./asking.ts";
import type { Budget } from "./budget.ts";
import { chunkCount, chunkLength } from "./chunks.ts";
import { Drawing } from "./drawing.ts";
import type { Lost, StoreResult } from "./effects.ts";
import { fromPeer, TEXTS } from "./endings.ts";
import type { End } from "./frames.ts";
import { FileHashes } from "./hashes.ts";
import { holesOf } from "./holes.ts";
import { printable } from "./names.ts";
import { Tally } from "./tally.ts";

/** How often a chunk is asked for before its file is given up: on an authenticated link a wrong hash is a fault of the
 * other side, which a few repetitions either outlast or do not. */
const ATTEMPTS = 3;

const CORRUPT: Lost = { code: "corrupt", message: TEXTS.corrupt };
const VANISHED: Lost = { code: "file-vanished", message: TEXTS["file-vanished"] };

/** Life of a file. */
interface FileState {
  readonly index: number;
  readonly entry: Entry;
  readonly size: number;
  status: "fetching" | "checking" | "naming" | "stored" | "lost";
  /** Some of it was not fetched: it is from an earlier visit, or said to be zero. */
  isResumed: boolean;
  left: number;
  /** Of chunks that are stored. */
  hashes: FileHashes;
  /** Of chunks that are being stored, and who sent them. */
  readonly arriving: Map<number, { readonly hash: Bytes; readonly source: number }>;
  readonly attempts: Map<number, number>;
}

/** What is there already, or not wanted, and what the place where files go can do. */
export interface Held {
  /** Hashes of the chunks that an earlier visit stored, of the files that it began. */
  readonly hashes: ReadonlyMap<number, FileHashes>;
  readonly leftOut: ReadonlySet<number>;
  /** What was written can be written anew, if the whole turns out to be wrong. */
  readonly rewrites: boolean;
}

export const NOTHING_HELD: Held = { hashes: new Map(), leftOut: new Set(), rewrites: true };

/** All files of one accepted offer; `links` are those that there are, always; `budget` bounds how fast chunks are asked for. */
export class Fetch extends Drawing {
  readonly tally: Tally;
  readonly #states = new Map<number, FileState>();
  readonly #rewrites: boolean;

  constructor(entries: readonly Entry[], links: ReadonlyMap<number, Asking>, held = NOTHING_HELD, budget: Budget | null = null) {
    super(entries, links, budget);
    this.#rewrites = held.rewrites;
    entries.forEach((entry, index) => {
      if (!entry.folder && !held.leftOut.has(index)) this.#states.set(index, newState(index, entry));
    });
    const states = [...this.#states.values()];
    this.tally = new Tally(states.length, states.reduce((sum, { size }) => sum + size, 0));
    for (const state of states.toReversed()) this.#begin(state, held.hashes.get(state.index) ?? zerosOf(state));
    for (const state of states) if (state.left === 0) this.#check(state);
  }

  /** The end of a chunk: verify and store it; throws ViolationError. */
  end(flow: Asking, frame: End, now: number): void {
    const asked = flow.flights.get(frame.request);
    if (asked !== undefined && frame.root !== null) this.learn(flow, asked.file, frame.root); // first: what it throws leaves the chunk awaited
    const landed = flow.end(frame, now);
    if (landed === null) return;
    this.pulling.landed(landed);
    const { file, chunk, data } = landed;
    this.#state(file).arriving.set(chunk, { hash: frame.hash, source: flow.source });
    this.trust.witness.note(file, chunk, flow.source, frame.hash);
    this.effects.push({ type: "store", file, chunk, data, hash: frame.hash });
  }

  /** The sender cannot serve a file; throws ViolationError. */
  refuse(flow: Asking, { request, code, message = "" }: Refuse): void {
    const flight = flow.close(request);
    if (flight === null) return;
    if (this.trust.canDoWithout(flow.source, flight.file)) return this.pulling.giveBack([flight]);
    this.pulling.refused(flight);
    this.#lose(this.#state(flight.file), { code, message: fromPeer(code, message).message });
  }

  /** The root of a file, or why there is none; throws ViolationError. */
  root(flow: Asking, { file, root, code }: Root): void {
    flow.root(file);
    const state = this.#state(file);
    if (state.status !== "checking") return;
    if (root) {
      this.learn(flow, file, fromHex(root));
      return this.#check(state);
    }
    if (this.trust.canDoWithout(flow.source, file)) return this.roots.want([file]);
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
        return this.#finished(state);
      case "lost":
        if (result.chunk !== null) this.pulling.window.remove(chunkLength(state.size, result.chunk));
        else if (state.status === "naming") state.status = "checking";
        return this.#lose(state, result);
    }
  }

  /** Nothing more is wanted of this source. */
  forsake(source: number): void {
    this.trust.bar(source);
    for (const file of this.trust.unserved) this.#lose(this.#state(file), VANISHED);
    for (const link of this.links.values()) {
      if (link.source !== source) continue;
      this.pulling.recall(link);
      this.roots.giveBack(link);
    }
  }

  #accuse(source: number): void {
    if (this.trust.bars(source)) return;
    this.forsake(source);
    this.trust.accused.push(source);
  }

  #chunkStored(state: FileState, chunk: number): void {
    const { index, size, arriving } = state;
    const length = chunkLength(size, chunk);
    this.pulling.window.remove(length);
    if (state.status !== "fetching") return;
    state.hashes.put(chunk, (arriving.get(chunk) as { hash: Bytes }).hash);
    arriving.delete(chunk);
    this.tally.hold(index, length);
    state.left -= 1;
    if (state.left === 0) this.#check(state);
  }

  /** Asks another source, or, if there is none, the same a few times. */
  #chunkCorrupt(state: FileState, chunk: number): void {
    const { index, attempts } = state;
    const { source } = state.arriving.get(chunk) as { source: number };
    this.pulling.window.remove(chunkLength(state.size, chunk));
    if (this.trust.hasOthers(source, this.links.values())) {
      this.pulling.schedule.giveBack({ file: index, chunk });
      return this.#accuse(source);
    }
    attempts.set(chunk, (attempts.get(chunk) ?? 0) + 1);
    if ((attempts.get(chunk) as number) >= ATTEMPTS) this.#lose(state, CORRUPT);
    else this.pulling.schedule.giveBack({ file: index, chunk });
  }

  #finished(state: FileState): void {
    state.status = "stored";
    for (const source of this.trust.witness.believe(state.index)) this.#accuse(source);
    this.roots.forget(state.index);
    this.tally.finished(state.index);
  }

  /** All chunks are stored: compare the root, asking for it if nobody has told. */
  #check(state: FileState): void {
    state.status = "checking";
    const { index, hashes } = state;
    const root = this.roots.of(index);
    if (root === null) this.roots.want([index]);
    else if (hashes.root !== null && sameBytes(hashes.root, root)) this.#name(state);
    else this.#stale(state);
  }

  #name(state: FileState): void {
    state.status = "naming";
    this.effects.push({ type: "finish", file: state.index });
  }

  /** It does not match its root: what was not fetched is of another content, or somebody sent something else. */
  #stale(state: FileState): void {
    const { index, isResumed } = state;
    const { liar, alone } = isResumed ? { liar: null, alone: null } : this.trust.doubt(index);
    const isFound = liar !== null && this.trust.hasOthers(liar, this.links.values());
    if (isFound) this.#accuse(liar);
    if (state.status === "lost") return; // nobody else has it
    if (!this.#rewrites || !(isResumed || isFound || alone !== null)) return this.#lose(state, CORRUPT);
    this.tally.letGo(index);
    this.trust.witness.drop(index);
    this.roots.forget(index);
    Object.assign(state, newState(index, state.entry));
    this.#begin(state, undefined);
  }

  /** Everything of a file is to come, or only what has no hash yet. */
  #begin(state: FileState, hashes: FileHashes | undefined): void {
    const { index, size } = state;
    const { schedule } = this.pulling;
    if (hashes === undefined) return schedule.add(index, 0, state.left);
    state.hashes = hashes;
    state.isResumed = true;
    for (let stop = chunkCount(size), chunk = stop - 1; chunk >= 0; chunk -= 1) {
      const isMissing = hashes.get(chunk) === null;
      if (isMissing && (chunk === 0 || hashes.get(chunk - 1) !== null)) schedule.add(index, chunk, stop);
      if (isMissing) continue;
      stop = chunk;
      state.left -= 1;
      this.tally.hold(index, chunkLength(size, chunk));
    }
  }

  /** Goes on without this file. */
  #lose(state: FileState, { message }: Lost): void {
    if (state.status === "naming" || state.status === "stored" || state.status === "lost") return;
    const { index, entry } = state;
    state.status = "lost";
    this.tally.lost(index);
    this.trust.witness.drop(index);
    this.pulling.drop(index);
    this.roots.forget(index);
    this.effects.push({ type: "discard", file: index });
    this.effects.push({ type: "event", event: { type: "lost", path: printable(entry.path), message } });
  }

  /** Only files that were asked for are looked up. */
  #state(file: number): FileState {
    return this.#states.get(file) as FileState;
  }
}

function newState(index: number, entry: Entry): FileState {
  const size = entry.size ?? 0;
  return { index, entry, size, status: "fetching", isResumed: false, left: chunkCount(size), hashes: new FileHashes(size), arriving: new Map(), attempts: new Map() };
}

/** Hashes of the chunks that are said to be zero, if there are any. */
function zerosOf({ entry, size }: FileState): FileHashes | undefined {
  const holes = holesOf(entry);
  if (holes.length === 0) return undefined;
  const hashes = new FileHashes(size);
  hashes.putZeros(holes);
  return hashes;
}
