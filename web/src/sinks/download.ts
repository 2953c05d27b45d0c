/**
 * Streamed downloads: one file as it is, or several files and folders as one ZIP archive without compression.
 *
 * The browser names a download when its stream closes and not when it fails; so a file is closed only when its root is
 * verified. In an archive a file that was begun cannot be taken back: if it is lost, the archive fails.
 */

import { makeZip } from "client-zip";
import type { Bytes } from "../secure/encoding.ts";
import { Feed } from "./feed.ts";
import { type PlacedEntry, type Sink, SinkError } from "./sink.ts";

/** A download that the browser has begun: takes a stream to its end, and tells how it ended. */
export interface Target {
  /** Resolves when the browser took everything; rejects with SinkError. */
  take(stream: ReadableStream<Uint8Array>): Promise<void>;
}

/** Makes the browser begin a download; `size` is null while nobody knows it. */
export type OpenTarget = (name: string, size: number | null) => Promise<Target>;

/** What both kinds of download have in common: a stream on its way to the browser, and what went wrong with it. */
class Download {
  readonly #open: OpenTarget;
  #failure: SinkError | null = null;
  #taken: Promise<void> = Promise.resolve();

  constructor(open: OpenTarget) {
    this.#open = open;
  }

  get failure(): SinkError | null {
    return this.#failure;
  }

  /** Gives the stream to the browser; `onFailure` is told when it stops taking it. */
  async begin(name: string, size: number | null, stream: ReadableStream<Uint8Array>, onFailure: (error: SinkError) => void): Promise<void> {
    const target = await this.#open(name, size);
    this.#taken = target.take(stream).catch((error: unknown) => {
      this.#failure ??= error instanceof SinkError ? error : new SinkError("unwritable", "The download broke off.", true);
      onFailure(this.#failure);
    });
  }

  /** The first failure counts: those that follow are its consequences. */
  fail(error: SinkError): void {
    this.#failure ??= error;
  }

  /** Resolves when the browser took everything. */
  async end(): Promise<void> {
    await this.#taken;
    if (this.#failure !== null) throw this.#failure;
  }
}

/** One file, as it is. */
export class FileDownload implements Sink {
  readonly rewrites = false;
  #feed = new Feed();
  readonly #download: Download;

  constructor(open: OpenTarget) {
    this.#download = new Download(open);
  }

  async prepare(entries: readonly PlacedEntry[]): Promise<void> {
    const entry = entries.find(({ isLeftOut }) => !isLeftOut);
    const name = entry?.path.split("/").at(-1) ?? "";
    this.#feed = new Feed(entry?.holes);
    await this.#download.begin(name, entry?.size ?? 0, this.#feed.stream, (error) => this.#feed.fail(error));
  }

  write(_file: number, offset: number, data: Bytes): Promise<void> {
    return this.#feed.write(offset, data);
  }

  async finish(): Promise<void> {
    this.#feed.close();
    await this.#download.end();
  }

  async discard(): Promise<void> {
    this.#feed.fail(new SinkError("corrupt", "The file could not be received whole.", false));
  }

  async conclude(): Promise<void> {}

  async abort(reason: string): Promise<void> {
    this.#feed.fail(new SinkError("cancelled", reason, true));
  }
}

/** Life of a file in an archive: nothing of it came, its feed flows, it is whole, it is left out. */
type Part =
  | { readonly kind: "waiting"; readonly decided: PromiseWithResolvers<void> }
  | { readonly kind: "flowing"; readonly feed: Feed }
  | { readonly kind: "whole"; readonly feed: Feed | null }
  | { readonly kind: "out" };

/** Several files and folders, as one archive, in the order of the manifest. */
export class ZipDownload implements Sink {
  readonly rewrites = false;
  readonly #download: Download;
  readonly #name: string;
  readonly #failed = Promise.withResolvers<never>();
  #entries: readonly PlacedEntry[] = [];
  #parts: Part[] = [];

  /** `name` is that of the archive, without `.zip`. */
  constructor(open: OpenTarget, name: string) {
    this.#download = new Download(open);
    this.#name = name;
    this.#failed.promise.catch(() => undefined); // who waits for a file hears of it; nobody may
  }

  async prepare(entries: readonly PlacedEntry[]): Promise<void> {
    this.#entries = entries;
    this.#parts = entries.map(({ isLeftOut }) => (isLeftOut ? { kind: "out" } : { kind: "waiting", decided: Promise.withResolvers() }));
    await this.#download.begin(`${this.#name}.zip`, null, makeZip(this.#members()), (error) => this.#fail(error));
  }

  write(file: number, offset: number, data: Bytes): Promise<void> {
    const { failure } = this.#download;
    if (failure !== null) return Promise.reject(failure);
    const part = this.#part(file);
    if (part.kind === "flowing") return part.feed.write(offset, data);
    const feed = this.#feedOf(file);
    this.#decide(file, { kind: "flowing", feed });
    return feed.write(offset, data);
  }

  async finish(file: number): Promise<void> {
    const part = this.#part(file);
    const feed = part.kind === "flowing" ? part.feed : this.#entries[file]?.holes?.length ? this.#feedOf(file) : null;
    this.#decide(file, { kind: "whole", feed });
    feed?.close();
  }

  async discard(file: number): Promise<void> {
    if (this.#part(file).kind !== "flowing") return this.#decide(file, { kind: "out" });
    const path = this.#entries[file]?.path ?? "";
    this.#fail(new SinkError("unwritable", `“${path}” was lost half-way, and the archive cannot be completed without it. Fetch again.`, true));
  }

  async conclude(): Promise<void> {
    await this.#download.end();
  }

  async abort(reason: string): Promise<void> {
    this.#fail(new SinkError("cancelled", reason, true));
  }

  async *#members(): AsyncGenerator<{ name: string; input?: ReadableStream<Bytes>; lastModified?: Date }> {
    for (const [file, { path, folder, mtime }] of this.#entries.entries()) {
      const dated = mtime === null ? {} : { lastModified: new Date(mtime) };
      if (this.#part(file).kind === "out") continue;
      if (folder) {
        yield { name: `${path}/`, ...dated };
        continue;
      }
      await this.#decided(file);
      const input = this.#inputOf(file);
      if (input !== null) yield { name: path, input, ...dated };
    }
  }

  async #decided(file: number): Promise<void> {
    const part = this.#part(file);
    if (part.kind === "waiting") await Promise.race([part.decided.promise, this.#failed.promise]);
  }

  /** The stream of a file whose part is decided; null if it is left out. */
  #inputOf(file: number): ReadableStream<Bytes> | null {
    const part = this.#part(file);
    if (part.kind === "out") return null;
    return part.kind === "waiting" || part.feed === null ? new Blob().stream() : part.feed.stream;
  }

  #decide(file: number, part: Part): void {
    const before = this.#part(file);
    this.#parts[file] = part;
    if (before.kind === "waiting") before.decided.resolve();
  }

  #fail(error: SinkError): void {
    this.#download.fail(error);
    this.#failed.reject(error);
    for (const part of this.#parts) if (part.kind === "flowing") part.feed.fail(error);
  }

  #feedOf(file: number): Feed {
    return new Feed(this.#entries[file]?.holes);
  }

  #part(file: number): Part {
    return this.#parts[file] as Part;
  }
}
