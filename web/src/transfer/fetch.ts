/**
 * What the receiver fetches: the state of every file, what is missing, and what is to be stored; sans-I/O. Twin of
 * pypeer/transfer/fetch.py.
 *
 * A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. How a
 * file goes on, fetched_file.ts says.
 */

import type { Entry, Refuse, Root } from "../gen/peer.ts";
import { type Bytes, fromHex, sameBytes } from "../secure/encoding.ts";
import type { Asking } from "./asking.ts";
import type { Budget } from "./budget.ts";
import { Drawing } from "./drawing.ts";
import type { Lost, StoreResult } from "./effects.ts";
import { fromPeer, TEXTS } from "./endings.ts";
import { FetchedFile } from "./fetched_file.ts";
import type { End } from "./frames.ts";
import type { FileHashes } from "./hashes.ts";
import { printable } from "./names.ts";
import { Tally } from "./tally.ts";

const CORRUPT: Lost = { code: "corrupt", message: TEXTS.corrupt };
const VANISHED: Lost = { code: "file-vanished", message: TEXTS["file-vanished"] };

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
  readonly #files = new Map<number, FetchedFile>();
  readonly #rewrites: boolean;

  constructor(entries: readonly Entry[], links: ReadonlyMap<number, Asking>, held = NOTHING_HELD, budget: Budget | null = null) {
    super(entries, links, budget);
    this.#rewrites = held.rewrites;
    entries.forEach((entry, index) => {
      if (!entry.folder && !held.leftOut.has(index)) this.#files.set(index, new FetchedFile(index, entry, held.hashes.get(index)));
    });
    const files = [...this.#files.values()];
    this.tally = new Tally(files.length, files.reduce((sum, { size }) => sum + size, 0));
    for (const file of files.toReversed()) this.#begin(file);
    for (const file of files) if (file.root !== null) this.#check(file);
  }

  /** The end of a chunk: verify and store it; throws ViolationError. */
  end(flow: Asking, frame: End, now: number): void {
    const asked = flow.flights.get(frame.request);
    if (asked !== undefined && frame.root !== null) this.learn(flow, asked.file, frame.root); // first: what it throws leaves the chunk awaited
    const landed = flow.end(frame, now);
    if (landed === null) return;
    this.pulling.landed(landed);
    const { file, chunk, data } = landed;
    this.#file(file).arrived(chunk, { hash: frame.hash, source: flow.source });
    this.trust.witness.note(file, chunk, flow.source, frame.hash);
    this.effects.push({ type: "store", file, chunk, data, hash: frame.hash });
  }

  /** The sender cannot serve a file; throws ViolationError. */
  refuse(flow: Asking, { request, code, message = "" }: Refuse): void {
    const flight = flow.close(request);
    if (flight === null) return;
    if (this.trust.canDoWithout(flow.source, flight.file)) return this.pulling.giveBack([flight]);
    this.pulling.refused(flight);
    this.#lose(this.#file(flight.file), { code, message: fromPeer(code, message).message });
  }

  /** The root of a file, or why there is none; throws ViolationError. */
  root(flow: Asking, { file: index, root, code }: Root): void {
    flow.root(index);
    const file = this.#file(index);
    if (file.status !== "checking") return;
    if (root) {
      this.learn(flow, index, fromHex(root));
      return this.#check(file);
    }
    if (this.trust.canDoWithout(flow.source, index)) return this.roots.want([index]);
    const why = code ?? "file-vanished";
    this.#lose(file, { code: why, message: TEXTS[why] });
  }

  /** The store did something. */
  stored(result: Exclude<StoreResult, { type: "broken" | "concluded" }>): void {
    const file = this.#file(result.file);
    switch (result.type) {
      case "stored":
        return this.#chunkStored(file, result.chunk);
      case "corrupt":
        return this.#chunkCorrupt(file, result.chunk);
      case "finished":
        return this.#finished(file);
      case "lost":
        if (result.chunk !== null) this.pulling.window.remove(file.lengthOf(result.chunk));
        return this.#lose(file, result, "unstorable");
    }
  }

  /** Nothing more is wanted of this source. */
  forsake(source: number): void {
    this.trust.bar(source);
    for (const file of this.trust.unserved) this.#lose(this.#file(file), VANISHED);
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

  #chunkStored(file: FetchedFile, chunk: number): void {
    const length = file.lengthOf(chunk);
    this.pulling.window.remove(length);
    if (file.status !== "fetching") return;
    file.stored(chunk);
    this.tally.hold(file.index, length);
    if (file.root !== null) this.#check(file);
  }

  /** Asks another source, or, if there is none, the same a few times. */
  #chunkCorrupt(file: FetchedFile, chunk: number): void {
    const source = file.sourceOf(chunk);
    const hasOthers = this.trust.hasOthers(source, this.links.values());
    this.pulling.window.remove(file.lengthOf(chunk));
    if (!hasOthers && !file.mayRetry(chunk)) return this.#lose(file, CORRUPT);
    this.pulling.schedule.giveBack({ file: file.index, chunk });
    if (hasOthers) this.#accuse(source);
  }

  #finished(file: FetchedFile): void {
    file.step("named");
    for (const source of this.trust.witness.believe(file.index)) this.#accuse(source);
    this.roots.forget(file.index);
    this.tally.finished(file.index);
  }

  /** All chunks are stored: compare the root, asking for it if nobody has told. */
  #check(file: FetchedFile): void {
    file.step("complete");
    const root = this.roots.of(file.index);
    if (root === null) this.roots.want([file.index]);
    else if (sameBytes(file.root as Bytes, root)) this.#name(file);
    else this.#stale(file);
  }

  #name(file: FetchedFile): void {
    file.step("matches");
    this.effects.push({ type: "finish", file: file.index });
  }

  /** It does not match its root: what was not fetched is of another content, or somebody sent something else. */
  #stale(file: FetchedFile): void {
    const { index, isResumed } = file;
    const { liar, alone } = isResumed ? { liar: null, alone: null } : this.trust.doubt(index);
    const isFound = liar !== null && this.trust.hasOthers(liar, this.links.values());
    if (isFound) this.#accuse(liar);
    if (file.status === "lost") return; // nobody else has it
    if (!this.#rewrites || !(isResumed || isFound || alone !== null)) return this.#lose(file, CORRUPT);
    this.tally.letGo(index);
    this.trust.witness.drop(index);
    this.roots.forget(index);
    file.renew();
    this.#begin(file);
  }

  /** What is missing of it is to come. */
  #begin({ index, bytes, missing }: FetchedFile): void {
    if (bytes > 0) this.tally.hold(index, bytes);
    for (const [start, stop] of missing.toReversed()) this.pulling.schedule.add(index, start, stop);
  }

  /** Goes on without this file. */
  #lose(file: FetchedFile, { message }: Lost, step: "lost" | "unstorable" = "lost"): void {
    if (!file.step(step)) return;
    const { index, entry } = file;
    this.tally.lost(index);
    this.trust.witness.drop(index);
    this.pulling.drop(index);
    this.roots.forget(index);
    this.effects.push({ type: "discard", file: index });
    this.effects.push({ type: "event", event: { type: "lost", path: printable(entry.path), message } });
  }

  /** Only files that were asked for are looked up. */
  #file(index: number): FetchedFile {
    return this.#files.get(index) as FetchedFile;
  }
}
