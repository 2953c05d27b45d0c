/**
 * The sending side of a session: offers, lists, and answers requests; sans-I/O. Twin of pypeer/transfer/sender.py.
 *
 * One table says which frame is allowed when. Chunks are read outside: `take` hands out what to read next, `answer` turns
 * what was read into frames, one at a time, so that the shell can wait for room on the link between them.
 */

import type { Accept, ControlMessage, Done, Entry, Offer, Progress } from "../gen/peer.ts";
import { PROGRESS_S, QUEUE_REQUESTS } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import { toHex } from "../secure/encoding.ts";
import { chunkCount } from "./chunks.ts";
import type { Chunk, CommonEffect, Lost, Read, SenderEffect } from "./effects.ts";
import { fromPeer } from "./endings.ts";
import { DATA_HEADER_BYTES, type Frame } from "./frames.ts";
import { page } from "./manifest.ts";
import { nameOf, Party, PROSE_CHARS, ViolationError } from "./party.ts";

/** How far the two are, on the present link: the receiver lists, or its person thinks; it accepted; it has all, or declined. */
export type Stage = "offered" | "serving" | "over";

/** What may arrive after the greeting, and where it leads; everything else is a violation. */
export const TRANSITIONS: Readonly<Record<Stage, Readonly<Partial<Record<ReturnType<typeof nameOf>, Stage>>>>> = {
  offered: { list: "offered", accept: "serving", decline: "over" },
  serving: { request: "serving", stop: "serving", "ask-root": "serving", progress: "serving", done: "over" },
  over: {},
};

type Said = Readonly<Required<Accept>>;
type Effects = readonly (SenderEffect | CommonEffect)[];

/** Offers `entries` to one receiver and serves it, over one link after another. */
export class Sender extends Party<SenderEffect> {
  readonly #offer: Offer;
  readonly #entries: readonly Entry[];
  readonly #open = new Map<number, Read>();
  readonly #asked = new Set<number>();
  readonly #lost = new Set<number>();
  #queue: Read[] = [];
  #stage: Stage = "offered";
  #listed: number | null = null;
  #accepted: Said | null = null;
  #stored = 0;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(offer: Offer, entries: readonly Entry[]) {
    super();
    this.#offer = offer;
    this.#entries = entries;
  }

  /** What to read next, or null: nothing is asked for, or the person here paused. */
  take(): Read | null {
    while (this.#queue.length > 0 && !this.isPausedHere && !this.hasEnded) {
      const read = this.#queue.shift() as Read;
      if (this.#isWanted(read)) return read;
    }
    return null;
  }

  /** Frames that answer a request, for as long as it stays wanted. */
  *answer(read: Read, result: Chunk | Lost): Generator<Frame, void> {
    if ("code" in result) return yield* this.#refuse(read, result);
    const step = this.frameBytes - DATA_HEADER_BYTES;
    for (let at = 0; at < result.data.length; at += step) {
      if (!this.#isWanted(read)) return;
      yield { type: "data", request: read.request, payload: result.data.subarray(at, at + step) };
    }
    if (!this.#isWanted(read)) return;
    this.#open.delete(read.request);
    yield { type: "end", request: read.request, hash: result.hash, root: result.root };
  }

  /** A file turned out to be lost; told once. */
  lost(file: number, { message }: Lost): Effects {
    if (!this.#lost.has(file) && !this.hasEnded) {
      this.#lost.add(file);
      this.emit({ type: "lost", path: this.#entry(file).path, message });
    }
    return this.flush();
  }

  /** The answer to `find-root`. */
  rootFound(file: number, root: Bytes | Lost): Effects {
    if (this.#asked.delete(file) && !this.hasEnded) {
      this.send("code" in root ? { t: "root", file, code: root.code } : { t: "root", file, root: toHex(root) });
    }
    return this.flush();
  }

  *#refuse(read: Read, { code, message }: Lost): Generator<Frame, void> {
    if (!this.#isWanted(read)) return;
    this.#open.delete(read.request);
    yield { type: "control", message: { t: "refuse", request: read.request, code, message: message.slice(0, PROSE_CHARS) } };
  }

  #isWanted(read: Read): boolean {
    return this.#open.get(read.request) === read && !this.hasEnded;
  }

  protected override greeted(): void {
    this.#stage = "offered";
    this.send(this.#offer);
    if (this.isPausedHere) this.send({ t: "pause" });
  }

  protected override lostLink(): void {
    this.#queue = [];
    this.#open.clear();
    this.#asked.clear();
    this.#listed = null;
  }

  protected override flows(now: number): void {
    if (this.isPaused || this.#stage !== "serving") return;
    this.rate.start(now, this.#stored);
    this.push({ type: "wake" });
  }

  protected override frame(frame: Frame, now: number): void {
    const after = TRANSITIONS[this.#stage][nameOf(frame)];
    if (after === undefined) throw new ViolationError(`${nameOf(frame)} is not allowed when ${this.#stage}`);
    this.#stage = after;
    if (frame.type === "control") this.#control(frame.message, now);
    else if (frame.type === "request") this.#request(frame);
    else this.#stop(frame.request);
  }

  #control(message: ControlMessage, now: number): void {
    switch (message.t) {
      case "list":
        return this.#list(message.start);
      case "accept":
        return this.#accept({ have: 0, ...message }, now);
      case "ask-root":
        return this.#askRoot(message.file);
      case "progress":
        return this.#progress(message, now);
      case "done":
        return this.#done(message, now);
      case "decline":
        return this.end(fromPeer(message.code ?? "declined", message.message ?? ""));
    }
  }

  #request(frame: Read): void {
    if (this.#open.has(frame.request)) throw new ViolationError(`request ${frame.request} is open already`);
    if (frame.chunk >= chunkCount(this.#entry(frame.file).size ?? 0)) throw new ViolationError(`file ${frame.file} has no chunk ${frame.chunk}`);
    this.#countQueue();
    this.#open.set(frame.request, frame);
    this.#queue.push(frame);
    this.push({ type: "wake" });
  }

  /** What has been answered already is not open any more, and no violation. */
  #stop(request: number): void {
    const read = this.#open.get(request);
    this.#open.delete(request);
    this.#queue = this.#queue.filter((each) => each !== read);
  }

  #askRoot(file: number): void {
    this.#entry(file);
    if (this.#asked.has(file)) throw new ViolationError(`the root of file ${file} is asked for twice`);
    this.#countQueue();
    this.#asked.add(file);
    this.push({ type: "find-root", file });
  }

  #countQueue(): void {
    if (this.#open.size + this.#asked.size >= QUEUE_REQUESTS) throw new ViolationError(`more than ${QUEUE_REQUESTS} requests at once`);
  }

  #entry(file: number): Entry {
    const entry = this.#entries[file];
    if (entry === undefined || entry.folder) throw new ViolationError(`there is no file ${file}`);
    return entry;
  }

  /** Each page once on a link: else a receiver that never reads could have pages without end queued for it. */
  #list(start: number): void {
    if (start !== (this.#listed ?? start) || start >= Math.max(1, this.#entries.length)) throw new ViolationError(`list from ${start} out of turn`);
    const entries = page(this.#entries, start);
    this.#listed = start + entries.entries.length;
    this.send(entries);
  }

  #accept(accept: Said, now: number): void {
    const { files, bytes, have } = accept;
    if (files > this.#offer.files || bytes > this.#offer.bytes || have > bytes) throw new ViolationError("accept does not fit the offer");
    if (this.#accepted === null) this.emit({ type: "accepted", files, bytes });
    else if (files !== this.#accepted.files || bytes !== this.#accepted.bytes) throw new ViolationError("accept differs from the one before");
    this.#accepted = accept;
    this.#stored = have;
    this.flows(now);
  }

  #progress({ bytes, files }: Progress, now: number): void {
    if (bytes > this.#said.bytes || files > this.#said.files) throw new ViolationError("progress beyond what was accepted");
    this.#stored = bytes;
    this.rate.add(now, bytes);
    if (now - this.#reported < PROGRESS_S / 2) return;
    this.#reported = now;
    this.#tell(bytes, files, now);
  }

  #tell(bytes: number, files: number, now: number): void {
    const total = this.#said.bytes;
    this.emit({ type: "progress", bytes, files, total, rate: this.rate.speed(now), left: this.rate.left(now, total - bytes) });
  }

  #done({ files, bytes, failed = 0 }: Done, now: number): void {
    if (files + failed !== this.#said.files || bytes > this.#said.bytes) throw new ViolationError("done does not add up to what was accepted");
    this.#tell(bytes, files, now);
    this.end({ files, bytes, failed });
  }

  /** The table lets nothing in that needs it before accept. */
  get #said(): Said {
    return this.#accepted as Said;
  }
}
