/**
 * The sending side of a session: offers, lists, and answers requests, each on the link where it came; sans-I/O. Twin of
 * pypeer/transfer/sender.py.
 *
 * Chunks are read outside: `take` hands out what to read next for a link, `answer` turns what was read into frames, one
 * at a time, so that the shell can wait for room on that link between them, and none waits for another.
 */

import type { Accept, ControlMessage, Done, Entry, Offer, Progress } from "../gen/peer.ts";
import { PROGRESS_S } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import { toHex } from "../secure/encoding.ts";
import { chunkCount } from "./chunks.ts";
import type { Chunk, CommonEffect, Lost, Read, SenderEffect } from "./effects.ts";
import { fromPeer } from "./endings.ts";
import { DATA_HEADER_BYTES, type Frame, type Probe, type Request } from "./frames.ts";
import { page } from "./manifest.ts";
import { nameOf, Party, PROSE_CHARS } from "./party.ts";
import { ALLOWED, Serving } from "./serving.ts";
import { ViolationError } from "./subflow.ts";

type Said = Readonly<Required<Accept>>;
type Effects = readonly (SenderEffect | CommonEffect)[];

/** Offers `entries` to one receiver and serves it, over whatever links there are. */
export class Sender extends Party<SenderEffect, Serving> {
  readonly #offer: Offer;
  readonly #entries: readonly Entry[];
  readonly #lost = new Set<number>();
  #accepted: Said | null = null;
  #stored = 0;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(offer: Offer, entries: readonly Entry[]) {
    super();
    this.#offer = offer;
    this.#entries = entries;
  }

  /** What to read next for a link, or null: nothing is asked for there, or the person here paused. */
  take(link: number): Read | null {
    const flow = this.links.get(link);
    return flow?.hasQueued && !this.isPausedHere && !this.hasEnded ? flow.take() : null;
  }

  /** Frames that answer a request on its link, for as long as it stays wanted. */
  *answer(read: Read, result: Chunk | Lost): Generator<Frame, void> {
    if ("code" in result) return yield* this.#refuse(read, result);
    const flow = this.#wanting(read);
    if (flow === null) return;
    const step = flow.frameBytes - DATA_HEADER_BYTES;
    for (let at = 0; !read.bare && at < result.data.length; at += step) {
      if (this.#wanting(read) === null) return;
      yield { type: "data", request: read.request, payload: result.data.subarray(at, at + step) };
    }
    if (this.#wanting(read) === null) return;
    flow.open.delete(read.request);
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

  /** The answer to `find-root`, for whichever links it was asked on. */
  rootFound(file: number, root: Bytes | Lost): Effects {
    for (const flow of this.hasEnded ? [] : this.links.values()) {
      if (flow.roots.delete(file)) this.send(flow, "code" in root ? { t: "root", file, code: root.code } : { t: "root", file, root: toHex(root) });
    }
    return this.flush();
  }

  *#refuse(read: Read, { code, message }: Lost): Generator<Frame, void> {
    const flow = this.#wanting(read);
    if (flow === null) return;
    flow.open.delete(read.request);
    yield { type: "control", message: { t: "refuse", request: read.request, code, message: message.slice(0, PROSE_CHARS) } };
  }

  /** The link on which this is still wanted, or null. */
  #wanting(read: Read): Serving | null {
    const flow = this.links.get(read.link);
    return flow?.open.get(read.request) === read && !this.hasEnded ? flow : null;
  }

  protected override subflow(link: number, rank: number, frameBytes: number): Serving {
    return new Serving(link, rank, frameBytes);
  }

  protected override greeted(flow: Serving): void {
    this.send(flow, this.#offer);
    flow.step("offer");
    if (this.isPausedHere) this.send(flow, { t: "pause" });
  }

  /** Whoever asked on it asks again on another. */
  protected override lostLink(): void {}

  protected override go(now: number): void {
    const flows = this.isPaused ? [] : this.open("serving");
    if (flows.length > 0) this.rate.start(now, this.#stored);
    for (const { link, hasQueued } of flows) if (hasQueued) this.push({ type: "wake", link });
  }

  protected override frame(flow: Serving, frame: Frame, now: number): void {
    if (!ALLOWED[flow.stage].includes(nameOf(frame))) throw new ViolationError(`${nameOf(frame)} is not allowed when ${flow.stage}`);
    if (frame.type === "control") this.#control(flow, frame.message, now);
    else if (frame.type === "request" || frame.type === "probe") this.#request(flow, frame);
    else flow.stop(frame.request);
  }

  #control(flow: Serving, message: ControlMessage, now: number): void {
    switch (message.t) {
      case "list":
        return this.#list(flow, message.start);
      case "accept":
        return this.#accept(flow, { have: 0, ...message }, now);
      case "ask-root":
        return this.#askRoot(flow, message.file);
      case "progress":
        return this.#progress(message, now);
      case "done":
        return this.#done(message, now);
      case "decline":
        return this.end(fromPeer(message.code ?? "declined", message.message ?? ""));
    }
  }

  #request(flow: Serving, frame: Request | Probe): void {
    if (frame.chunk >= chunkCount(this.#entry(frame.file).size ?? 0)) throw new ViolationError(`file ${frame.file} has no chunk ${frame.chunk}`);
    flow.request(frame);
    this.push({ type: "wake", link: flow.link });
  }

  #askRoot(flow: Serving, file: number): void {
    this.#entry(file);
    flow.askRoot(file);
    this.push({ type: "find-root", file });
  }

  #entry(file: number): Entry {
    const entry = this.#entries[file];
    if (entry === undefined || entry.folder) throw new ViolationError(`there is no file ${file}`);
    return entry;
  }

  #list(flow: Serving, start: number): void {
    if (start >= Math.max(1, this.#entries.length)) throw new ViolationError(`there is no entry ${start}`);
    const entries = page(this.#entries, start);
    flow.list(start, start + entries.entries.length);
    this.send(flow, entries);
  }

  #accept(flow: Serving, accept: Said, now: number): void {
    const { files, bytes, have } = accept;
    if (files > this.#offer.files || bytes > this.#offer.bytes || have > bytes) throw new ViolationError("accept does not fit the offer");
    if (this.#accepted === null) this.emit({ type: "accepted", files, bytes });
    else if (files !== this.#accepted.files || bytes !== this.#accepted.bytes) throw new ViolationError("accept differs from the one before");
    flow.step("accept");
    this.#accepted = accept;
    this.#stored = have;
    this.go(now);
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
