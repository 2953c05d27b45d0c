/** A sender and a receiver, their links, files and store, all in memory; a test decides what happens in which order. */

import type { Entry } from "../../src/gen/peer.ts";
import { CHUNK_BYTES } from "../../src/gen/peer_constants.ts";
import { type Bytes, sameBytes } from "../../src/secure/encoding.ts";
import { chunkLength, chunkStart } from "../../src/transfer/chunks.ts";
import type { Event, Outcome, ReceiverEffect, SenderEffect, StoreEffect, StoreResult } from "../../src/transfer/effects.ts";
import { encode, type Frame } from "../../src/transfer/frames.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { hashChunk } from "../../src/transfer/hashing.ts";
import { offerOf } from "../../src/transfer/manifest.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { Sender } from "../../src/transfer/sender.ts";

/** A file of the offer: its content, or null for a folder. */
export type Tree = Readonly<Record<string, Bytes | null>>;

export function entriesOf(tree: Tree): readonly Entry[] {
  return Object.entries(tree).map(([path, content]) => (content === null ? { path, folder: true } : { path, size: content.length }));
}

/** `size` bytes that differ from place to place. */
export function bytes(size: number, seed = 1): Bytes {
  let state = seed;
  return Uint8Array.from({ length: size }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);
}

/** Something of each kind. */
export const tree: Tree = { "d": null, "d/empty": bytes(0), "d/small": bytes(5), "big": bytes(3 * CHUNK_BYTES + 77), "d/e": null };

/** A link between the two; what is sent on one that is closed is lost. */
export interface Wire {
  sender: Bytes[];
  receiver: Bytes[];
}

/** Both sides of one session. */
export class Session {
  readonly sender: Sender;
  readonly receiver = new Receiver();
  readonly events = { sender: [] as Event[], receiver: [] as Event[] };
  readonly results: { sender?: Outcome | Error; receiver?: Outcome | Error } = {};
  /** What arrived at the receiver's store, by path. */
  readonly files = new Map<string, Bytes>();
  readonly finished: string[] = [];
  /** Frames on their way on each link, by who will get them. */
  readonly wires = new Map<number, Wire>();
  /** Links that the receiver said it has no more to do on. */
  readonly idle: number[] = [];
  /** How often each chunk was stored. */
  readonly written = new Map<string, number>();
  now = 0;
  accepts = true;
  /** Changes what is stored, or its result. */
  store: (effect: StoreEffect, result: StoreResult | null) => StoreResult | null = (_, result) => result;
  /** Changes a chunk before it is answered with. */
  read: (file: number, chunk: number, data: Bytes) => Bytes | "file-changed" = (_file, _chunk, data) => data;
  readonly #tree: Tree;
  readonly #hashes: readonly FileHashes[];
  readonly #entries: readonly Entry[];
  #made = 0;

  constructor(tree: Tree, title = "title") {
    this.#tree = tree;
    this.#entries = entriesOf(tree);
    this.#hashes = this.#entries.map(({ size = 0 }) => new FileHashes(size));
    this.sender = new Sender(offerOf(this.#entries, title, false), this.#entries);
  }

  /** The newest link. */
  get wire(): Wire {
    return this.wires.get(this.#made - 1) ?? { sender: [], receiver: [] };
  }

  /** A new link opens; the old ones are gone. */
  async open(frameBytes = 65_536): Promise<void> {
    await this.lose();
    await this.add(0, frameBytes);
  }

  /** A new link opens beside those that there are. */
  async add(rank: number, frameBytes = 65_536): Promise<number> {
    const link = this.#made++;
    this.wires.set(link, { sender: [], receiver: [] });
    await this.perform("sender", this.sender.linkUp(link, rank, frameBytes));
    await this.perform("receiver", this.receiver.linkUp(link, rank, frameBytes));
    return link;
  }

  /** All links break. */
  async lose(): Promise<void> {
    for (const link of [...this.wires.keys()]) await this.drop(link);
  }

  /** A link breaks, and what is on it is lost. */
  async drop(link: number): Promise<void> {
    this.wires.delete(link);
    await this.perform("sender", this.sender.linkLost(link, this.now));
    await this.perform("receiver", this.receiver.linkLost(link, this.now));
  }

  get isMoving(): boolean {
    return [...this.wires.values()].some(({ sender, receiver }) => sender.length + receiver.length > 0);
  }

  /** Delivers up to `most` frames, alternately. */
  async run(most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let count = 0; count < most && this.isMoving; count += 1) {
      for (const link of [...this.wires.keys()]) await this.step(link, count % 2 === 0 ? "sender" : "receiver");
    }
  }

  /** Delivers one frame on this link, to this side if there is one for it. */
  async step(link: number, side: "sender" | "receiver"): Promise<void> {
    const wire = this.wires.get(link);
    if (wire === undefined || wire.sender.length + wire.receiver.length === 0) return;
    const to = wire[side].length > 0 ? side : side === "sender" ? "receiver" : "sender";
    await this.deliver(to, wire[to].shift() as Bytes, link);
    this.now += 0.01;
    await this.perform("receiver", this.receiver.tick(this.now));
  }

  async deliver(to: "sender" | "receiver", frame: Bytes, link = this.#made - 1): Promise<void> {
    await this.perform(to, this[to].receive(link, frame, this.now));
  }

  async perform(side: "sender" | "receiver", effects: readonly (SenderEffect | ReceiverEffect)[]): Promise<void> {
    for (const effect of effects) await this.#do(side, effect);
  }

  async #do(side: "sender" | "receiver", effect: SenderEffect | ReceiverEffect): Promise<void> {
    switch (effect.type) {
      case "send":
        return void this.#post(side, effect.link, effect.frame);
      case "event":
        return void this.events[side].push(effect.event);
      case "end":
        this.results[side] = effect.result;
        return;
      case "wake":
        return this.serve(effect.link);
      case "idle":
        return void this.idle.push(effect.link);
      case "find-root":
        return this.#findRoot(effect.file);
      case "decide":
        return this.perform("receiver", this.receiver.decided(this.accepts));
      case "prepare":
        return this.perform("receiver", this.receiver.prepared(this.now));
      case "drawn":
      case "dismiss":
        return;
      default:
        return this.#store(effect);
    }
  }

  /** Reads and answers whatever is asked for. */
  async serve(link = this.#made - 1): Promise<void> {
    for (let read = this.sender.take(link); read !== null; read = this.sender.take(link)) {
      const whole = this.#content(read.file);
      const start = chunkStart(whole.length, read.chunk);
      const data = this.read(read.file, read.chunk, whole.slice(start, start + chunkLength(whole.length, read.chunk)));
      if (data === "file-changed") {
        const lost = { code: data, message: "changed" } as const;
        for (const frame of this.sender.answer(read, lost)) this.#post("sender", link, frame);
        await this.perform("sender", this.sender.lost(read.file, lost));
        continue;
      }
      const hashes = this.#hashes[read.file] as FileHashes;
      const hash = await hashChunk(whole.slice(start, start + data.length), whole.length);
      hashes.put(read.chunk, hash);
      for (const frame of this.sender.answer(read, { data, hash, root: hashes.root })) this.#post("sender", link, frame);
    }
  }

  async #findRoot(file: number): Promise<void> {
    const whole = this.#content(file);
    const hashes = this.#hashes[file] as FileHashes;
    for (let chunk = hashes.unknown(); chunk !== null; chunk = hashes.unknown()) {
      const start = chunkStart(whole.length, chunk);
      hashes.put(chunk, await hashChunk(whole.slice(start, start + chunkLength(whole.length, chunk)), whole.length));
    }
    await this.perform("sender", this.sender.rootFound(file, hashes.root as Bytes));
  }

  async #store(effect: StoreEffect): Promise<void> {
    const result = this.store(effect, await this.#stored(effect));
    if (result !== null) await this.perform("receiver", this.receiver.stored(result, this.now));
  }

  async #stored(effect: StoreEffect): Promise<StoreResult | null> {
    switch (effect.type) {
      case "store":
        return this.#write(effect.file, effect.chunk, effect.data, effect.hash);
      case "finish":
        this.finished.push(this.receiver.paths[effect.file] as string);
        return { type: "finished", file: effect.file };
      case "discard":
        this.files.delete(this.receiver.paths[effect.file] as string);
        return null;
      case "conclude":
        return { type: "concluded" };
    }
  }

  async #write(file: number, chunk: number, data: Bytes, hash: Bytes): Promise<StoreResult> {
    const size = this.#content(file).length;
    if (!sameBytes(await hashChunk(data, size), hash)) return { type: "corrupt", file, chunk };
    const path = this.receiver.paths[file] as string;
    const whole = this.files.get(path) ?? new Uint8Array(size);
    whole.set(data, chunkStart(size, chunk));
    this.files.set(path, whole);
    this.written.set(`${file}/${chunk}`, (this.written.get(`${file}/${chunk}`) ?? 0) + 1);
    return { type: "stored", file, chunk };
  }

  #content(file: number): Bytes {
    return this.#tree[this.#entries[file]?.path as string] as Bytes;
  }

  #post(from: "sender" | "receiver", link: number, frame: Frame): void {
    this.wires.get(link)?.[from === "sender" ? "receiver" : "sender"].push(encode(frame));
  }
}
