/** Receives one offer: verifies each chunk, and gives it to the sink that its person chose. */

import type { PeerError } from "../errors.ts";
import type { Entry } from "../gen/peer.ts";
import { PROGRESS_S } from "../gen/peer_constants.ts";
import { sameBytes } from "../secure/encoding.ts";
import { type Sink, SinkError, toSinkError } from "../sinks/sink.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { chunkStart } from "../transfer/chunks.ts";
import { Budget } from "../transfer/budget.ts";
import type { Outcome, ReceiverEffect, StoreEffect, StoreResult } from "../transfer/effects.ts";
import type { FileHashes } from "../transfer/hashes.ts";
import { holesOf, inBytes } from "../transfer/holes.ts";
import { hashChunk } from "../transfer/hashing.ts";
import type { AskedFile } from "../transfer/manifest.ts";
import { Receiver } from "../transfer/receiver.ts";
import type { Contents } from "../sinks/targets.ts";
import { Session, type SessionEvents } from "./session.ts";

export interface ReceiveEvents extends SessionEvents {
  /** This source offers the same, and is drawn from. */
  readonly onDrawn?: (source: number) => void;
  /** The transfer goes on without this source. */
  readonly onDismissed?: (source: number, error: PeerError) => void;
  /** The person is to decide; answer with `accept` or `decline`. */
  readonly onDecide: (contents: Contents) => void;
}

/** What is received, and how fast: everything, as fast as it goes, unless told otherwise. */
export interface How {
  readonly leftOut?: ReadonlySet<number>;
  /** Bytes a second. */
  readonly limit?: number | null;
}

export class ReceiveSession extends Session<ReceiverEffect> {
  readonly #core: Receiver;
  readonly #timer: Timer;
  readonly #told: ReceiveEvents;
  #sink: Sink | null = null;
  #how: How = {};
  /** What was preferred, also before there was anything to fetch. */
  #first: readonly number[] = [];

  /** `asked` is the file that it has to be, where one was asked for by its root. */
  constructor(events: ReceiveEvents, timer: Timer, asked: AskedFile | null = null) {
    const core = new Receiver(asked);
    super(core, events);
    this.#core = core;
    this.#timer = timer;
    this.#told = events;
  }

  /** What is listed, as whoever offers it lists it. */
  get entries(): readonly Entry[] {
    return this.#core.entries;
  }

  /** There is a sender with this number: nothing ends for want of others before it is lost. */
  expect(source: number): void {
    this.#core.expect(source);
  }

  /** No link to this sender opens any more; without another, that is the end. */
  sourceLost(source: number, error: PeerError): void {
    this.perform(this.#core.sourceLost(source, error, now()));
    if (!this.hasEnded) this.detach(source);
  }

  /** The person wants it, there. */
  accept(sink: Sink, how: How = {}): void {
    this.#sink = sink;
    this.#how = how;
    this.perform(this.#core.decided(true));
  }

  /** The person wants these files before the others, in this order. */
  prefer(files: readonly number[]): void {
    this.#first = files;
    this.#core.prefer(files);
  }

  /** Whoever shows this file waits for what is at this byte. */
  seek(file: number, offset: number): void {
    this.#core.seek(file, offset);
  }

  /** The person does not want it. */
  decline(): void {
    this.perform(this.#core.decided(false));
  }

  protected override act(effect: ReceiverEffect): void {
    switch (effect.type) {
      case "idle":
        return this.idle(effect.link);
      case "decide":
        return this.#told.onDecide(this.#contents());
      case "drawn":
        return this.#told.onDrawn?.(effect.source);
      case "dismiss":
        this.detach(effect.source);
        return this.#told.onDismissed?.(effect.source, effect.error);
      case "prepare":
        return void this.guard(this.#prepare());
      case "store":
      case "finish":
      case "discard":
      case "conclude":
        return void this.guard(this.#store(effect));
    }
  }

  protected override async release(result: Outcome | PeerError): Promise<void> {
    if (result instanceof Error) await this.#sink?.abort(result.message);
  }

  #contents(): Contents {
    const { title = "", text = false } = this.#core.offer ?? {};
    const entries = this.#core.entries.map((entry, index) => {
      const { size = 0, folder = false, mtime = null } = entry;
      return { path: this.#core.paths[index] ?? "", size, folder, mtime, holes: inBytes(holesOf(entry), size) };
    });
    return { title, text, count: entries.length, entries };
  }

  async #prepare(): Promise<void> {
    const { leftOut = new Set(), limit = null } = this.#how;
    const entries = this.#contents().entries.map((entry, index) => ({ ...entry, isLeftOut: leftOut.has(index) }));
    let hashes: ReadonlyMap<number, FileHashes> | void;
    try {
      hashes = await this.#sink?.prepare(entries);
    } catch (error) {
      const { code, message } = toSinkError(error);
      return this.cancel(code, message);
    }
    const held = { leftOut, hashes: hashes ?? new Map(), rewrites: this.#sink?.rewrites ?? false };
    this.perform(this.#core.prepared(now(), held, limit === null ? null : new Budget(limit), this.#first));
    this.#tick();
  }

  #tick(): void {
    if (this.hasEnded) return;
    this.perform(this.#core.tick(now()));
    this.#timer(PROGRESS_S, () => this.#tick());
  }

  async #store(effect: StoreEffect): Promise<void> {
    const result = await this.#stored(effect);
    if (result !== null) this.perform(this.#core.stored(result, now()));
  }

  async #stored(effect: StoreEffect): Promise<StoreResult | null> {
    const sink = this.#sink as Sink;
    try {
      return await doStore(sink, effect, "file" in effect ? (this.#core.entries[effect.file]?.size ?? 0) : 0);
    } catch (error) {
      return failure(toSinkError(error), effect);
    }
  }
}

async function doStore(sink: Sink, effect: StoreEffect, size: number): Promise<StoreResult | null> {
  switch (effect.type) {
    case "store":
      return storeChunk(sink, effect, size);
    case "finish":
      await sink.finish(effect.file);
      return { type: "finished", file: effect.file };
    case "discard":
      await sink.discard(effect.file);
      return null;
    case "conclude":
      await sink.conclude();
      return { type: "concluded" };
  }
}

async function storeChunk(sink: Sink, { file, chunk, data, hash }: StoreEffect & { type: "store" }, size: number): Promise<StoreResult> {
  if (!sameBytes(await hashChunk(data, size), hash)) return { type: "corrupt", file, chunk };
  await sink.write(file, chunkStart(size, chunk), data, hash);
  return { type: "stored", file, chunk };
}

function failure({ code, message, isWhole }: SinkError, effect: StoreEffect): StoreResult | null {
  if (effect.type === "discard") return null;
  if (isWhole || effect.type === "conclude") return { type: "broken", code, message };
  return { type: "lost", file: effect.file, chunk: effect.type === "store" ? effect.chunk : null, code, message };
}
