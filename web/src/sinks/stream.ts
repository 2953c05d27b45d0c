/** Downloads through the service worker (src/sw/sw.ts): the browser pulls, and what it pulls comes from this page. */

import { toBase64url } from "../secure/encoding.ts";
import type { Timer } from "../timers/timers.ts";
import type { OpenTarget, Target } from "./download.ts";
import { SinkError } from "./sink.ts";
import { type FromStream, SCOPE, type ToStream, type ToWorker } from "./stream_messages.ts";

/** How long the worker may take to be there, in seconds: it is fetched once, at the first download. */
const WORKER_S = 15;

/** How long the browser may take until it reads the first byte, in seconds: an extension may have a word in between. */
const START_S = 20;

/** A browser stops a worker after half a minute without an event. */
export const ALIVE_S = 10;

/** A frame whose download is over is kept for so many seconds: some browsers still look at it. */
const FRAME_S = 60;

/** Pieces of at least so many bytes are chunks, which nobody else holds: they are handed over, not copied. */
const TRANSFER_BYTES = 64 * 1024;

/** Whether this browser can do it at all. */
export function canStream(): boolean {
  return "serviceWorker" in navigator && window.isSecureContext;
}

/** Opens downloads of the page at `page`. */
export function streamOpener(page: string, timer: Timer): OpenTarget {
  return async (name, size) => {
    const scope = new URL(SCOPE, page).href;
    const worker = await workerOf(page, timer);
    const stream = new WorkerStream(worker, timer);
    const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
    await within(timer, WORKER_S, stream.announce(id, headersOf(name, size)));
    await within(timer, START_S, stream.begin(scope + id));
    return stream;
  };
}

/** RFC 6266: the name in UTF-8 and escaped (RFC 8187), so that nothing in it can mean anything else. */
export function headersOf(name: string, size: number | null): Record<string, string> {
  const escaped = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename*=UTF-8''${escaped}`,
    "X-Content-Type-Options": "nosniff",
    ...(size === null ? {} : { "Content-Length": String(size) }),
  };
}

/** One download: answers each pull of the worker with a piece of the stream. */
class WorkerStream implements Target {
  readonly #worker: ServiceWorker;
  readonly #timer: Timer;
  readonly #port: MessagePort;
  readonly #remotePort: MessagePort;
  readonly #announced = Promise.withResolvers<void>();
  readonly #pulled = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #leave = (): void => this.#tell({ type: "fail", message: "The page was closed." });
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #frame: HTMLIFrameElement | null = null;
  #cancelAlive: (() => void) | null = null;

  constructor(worker: ServiceWorker, timer: Timer) {
    this.#worker = worker;
    this.#timer = timer;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#remotePort = port2;
    port1.onmessage = ({ data }: MessageEvent<FromStream>) => this.#received(data);
    this.#ended.promise.catch(() => undefined); // `take` may not have been called yet
  }

  announce(id: string, headers: Record<string, string>): Promise<void> {
    this.#worker.postMessage({ type: "announce", id, headers } satisfies ToWorker, [this.#remotePort]);
    return this.#announced.promise;
  }

  /** Opens the address in a frame that nobody sees; resolves at the first pull. */
  begin(address: string): Promise<void> {
    this.#frame = document.createElement("iframe");
    this.#frame.hidden = true;
    this.#frame.src = address;
    document.body.append(this.#frame);
    window.addEventListener("pagehide", this.#leave);
    this.#keepAlive();
    return this.#pulled.promise;
  }

  async take(stream: ReadableStream<Uint8Array>): Promise<void> {
    this.#reader = stream.getReader();
    void this.#answer();
    try {
      await this.#ended.promise;
    } finally {
      this.#end();
    }
  }

  #received(message: FromStream): void {
    switch (message.type) {
      case "announced":
        return this.#announced.resolve();
      case "pull":
        this.#pulled.resolve();
        return void this.#answer();
      case "cancelled":
        return this.#ended.reject(new SinkError("cancelled", "The download was stopped in the browser.", true));
    }
  }

  /** The first pull may come before there is a stream to read from. */
  async #answer(): Promise<void> {
    if (this.#reader === null) return;
    try {
      const { value, done } = await this.#reader.read();
      if (!done) return this.#tell({ type: "piece", bytes: value as Uint8Array<ArrayBuffer> });
      this.#tell({ type: "end" });
      this.#ended.resolve();
    } catch (error) {
      this.#tell({ type: "fail", message: error instanceof Error ? error.message : "" });
      this.#ended.reject(error);
    }
  }

  #keepAlive(): void {
    this.#cancelAlive = this.#timer(ALIVE_S, () => {
      this.#worker.postMessage({ type: "alive" } satisfies ToWorker);
      this.#keepAlive();
    });
  }

  #end(): void {
    this.#cancelAlive?.();
    window.removeEventListener("pagehide", this.#leave);
    void this.#reader?.cancel().catch(() => undefined);
    const frame = this.#frame;
    this.#timer(FRAME_S, () => frame?.remove());
  }

  #tell(message: ToStream): void {
    const isChunk = message.type === "piece" && message.bytes.length >= TRANSFER_BYTES;
    this.#port.postMessage(message, isChunk ? [message.bytes.buffer] : []);
  }
}

/** The worker, once it is active; rejects with SinkError. */
export function workerOf(page: string, timer: Timer): Promise<ServiceWorker> {
  return within(timer, WORKER_S, activeWorker(new URL("sw.js", page).href, new URL(SCOPE, page).href));
}

async function activeWorker(script: string, scope: string): Promise<ServiceWorker> {
  const registration = await navigator.serviceWorker.register(script, { scope });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker === null) throw failed("it was not installed");
  if (worker.state === "activated") return worker;
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(worker);
      if (worker.state === "redundant") reject(failed("it was discarded"));
    });
  });
}

async function within<T>(timer: Timer, seconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = timer(seconds, () => late.reject(failed("it did not answer in time")));
  try {
    return await Promise.race([work, late.promise]);
  } catch (error) {
    throw error instanceof SinkError ? error : failed(error instanceof Error ? error.message : "");
  } finally {
    cancel();
  }
}

function failed(why: string): SinkError {
  const message = `The browser does not let this page make a download (${why}). Try another browser, or not in a private window.`;
  return new SinkError("unwritable", message, true);
}
