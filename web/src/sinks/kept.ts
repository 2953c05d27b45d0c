/**
 * A place for files that are kept in this browser until all of the offer is there, and only then put where the person
 * wants them: so the fetch goes on after the page was closed.
 */

import { forget, Keep } from "../keep/keep.ts";
import { type Bytes, sameBytes } from "../secure/encoding.ts";
import { chunkBytes, chunkCount, chunkLength, chunkStart } from "../transfer/chunks.ts";
import { FileHashes } from "../transfer/hashes.ts";
import { hashChunk } from "../transfer/hashing.ts";
import type { Range } from "../transfer/holes.ts";
import { keyOf, noteOf } from "../transfer/notes.ts";
import { type PlacedEntry, type Sink, SinkError, toSinkError } from "./sink.ts";

export class KeptSink implements Sink {
  readonly rewrites = true;
  readonly #title: string;
  readonly #inner: Sink;
  readonly #lost = new Set<number>();
  #entries: readonly PlacedEntry[] = [];
  #keep: Keep | null = null;
  #isPlacing = false;

  /** What is offered as `title` goes to `inner` in the end. */
  constructor(title: string, inner: Sink) {
    this.#title = title;
    this.#inner = inner;
  }

  async prepare(entries: readonly PlacedEntry[]): Promise<ReadonlyMap<number, FileHashes>> {
    this.#entries = entries;
    this.#keep = await Keep.open(this.#title);
    const held = new Map<number, FileHashes>();
    for (const [index, entry] of entries.entries()) {
      const file = entry.isLeftOut || entry.folder ? null : await this.#keep.file(keyOf(entry));
      if (file !== null) held.set(index, await verified(file, entry, this.#keep.notes.get(keyOf(entry)) ?? new Map()));
    }
    await this.#checkRoom(entries, held);
    return held;
  }

  async write(file: number, offset: number, data: Bytes, hash: Bytes): Promise<void> {
    const entry = this.#entries[file] as PlacedEntry;
    const key = keyOf(entry);
    await this.#keep?.write(key, offset, data, noteOf(key, offset / chunkBytes(entry.size), hash));
  }

  /** It gets its name with the others. */
  async finish(file: number): Promise<void> {
    const entry = this.#entries[file] as PlacedEntry;
    if (entry.holes?.length) await this.#keep?.grow(keyOf(entry), entry.size);
  }

  async discard(file: number): Promise<void> {
    this.#lost.add(file);
  }

  async conclude(): Promise<void> {
    await this.#keep?.close();
    this.#isPlacing = true;
    // All of it is given to the place, what is zero too: it need not be what was said to be.
    const wanted = this.#entries.map((entry, index) => ({ ...entry, holes: [], isLeftOut: entry.isLeftOut === true || this.#lost.has(index) }));
    await this.#inner.prepare(wanted);
    for (const [index, { folder, isLeftOut }] of wanted.entries()) if (!folder && !isLeftOut) await this.#place(index);
    await this.#inner.conclude();
    this.#keep?.end();
    // What was lost may be had from another run; then the rest need not come again.
    if (this.#lost.size === 0) await forget(this.#title).catch(() => undefined);
  }

  async abort(reason: string): Promise<void> {
    if (this.#isPlacing) await this.#inner.abort(reason);
    await this.#keep?.close().catch(() => undefined);
    this.#keep?.end();
  }

  async #place(index: number): Promise<void> {
    const { path, size } = this.#entries[index] as PlacedEntry;
    const file = size === 0 ? null : await this.#keep?.file(keyOf(this.#entries[index] as PlacedEntry));
    if (size > 0 && (file == null || file.size < size)) throw new SinkError("unwritable", `What was kept of “${path}” is gone. Fetch again.`, true);
    for (let chunk = 0; chunk < chunkCount(size); chunk += 1) {
      const start = chunkStart(size, chunk);
      await this.#inner.write(index, start, await read(file as File, start, chunkLength(size, chunk)), new Uint8Array());
    }
    await this.#inner.finish(index);
  }

  /** Browsers tell only about how much they may keep; less than that is certain to fail. */
  async #checkRoom(entries: readonly PlacedEntry[], held: ReadonlyMap<number, FileHashes>): Promise<void> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    const need = entries.reduce((sum, { size, isLeftOut }, index) => sum + (isLeftOut || held.has(index) ? 0 : size), 0);
    if (quota > 0 && need > quota - usage) throw new SinkError("no-space", "That is more than this browser may keep. Fetch it without keeping.", true);
  }
}

/** The chunks that are what the notes say, and those of holes that are zero here or beyond what is here. */
async function verified(file: File, { size, holes = [] }: PlacedEntry, known: ReadonlyMap<number, Bytes>): Promise<FileHashes> {
  const hashes = new FileHashes(size);
  for (const [chunk, hash] of [...zerosIn(holes, size), ...known]) {
    if (chunk >= chunkCount(size)) continue;
    const [start, length] = [chunkStart(size, chunk), chunkLength(size, chunk)];
    const isBeyond = start >= file.size && !known.has(chunk);
    if (!isBeyond && start + length > file.size) continue;
    if (isBeyond || sameBytes(await hashChunk(await read(file, start, length), size), hash)) hashes.put(chunk, hash);
  }
  return hashes;
}

/** Hashes of the chunks in these holes, which are in bytes. */
function zerosIn(holes: readonly Range[], size: number): readonly (readonly [number, Bytes])[] {
  const zeros = new FileHashes(size);
  const chunk = chunkBytes(size);
  const ranges = holes.map(([start, stop]): Range => [start / chunk, Math.ceil(stop / chunk)]);
  zeros.putZeros(ranges);
  return ranges.flatMap(([start, stop]) => Array.from({ length: stop - start }, (_, at) => [start + at, zeros.get(start + at) as Bytes] as const));
}

async function read(file: File, start: number, length: number): Promise<Bytes> {
  try {
    return new Uint8Array(await file.slice(start, start + length).arrayBuffer());
  } catch (error) {
    throw toSinkError(error);
  }
}
