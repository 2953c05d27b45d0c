/** A file in a frame of the page while it arrives: the service worker reads it from here (src/sw/show.ts). */

import type { Showing } from "../directory/showing.ts";
import { toBase64url } from "../secure/encoding.ts";
import type { Timer } from "../timers/timers.ts";
import type { LookSink } from "./look.ts";
import type { FromPage, FromWorker, Show } from "./show_messages.ts";
import { ALIVE_S, workerOf } from "./stream.ts";
import { SCOPE, type ToWorker } from "./stream_messages.ts";

/** Gives the address of a frame that shows what is in the sink; rejects with SinkError. */
export async function showIn(page: string, timer: Timer, { kind, type }: Showing, size: number, sink: LookSink): Promise<string> {
  const worker = await workerOf(page, timer);
  const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const { port1, port2 } = new MessageChannel();
  const announced = Promise.withResolvers<void>();
  port1.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.type === "announced") announced.resolve();
    else void sink.read(data.start, data.end).then((bytes) => port1.postMessage({ type: "piece", number: data.number, bytes } satisfies FromPage));
  };
  worker.postMessage({ type: "show", id, kind: kind as Show["kind"], contentType: type, size } satisfies ToWorker, [port2]);
  await announced.promise;
  keepAlive(worker, timer);
  return `${new URL(SCOPE, page).href}${id}/`;
}

/** Who is kept already: for as long as the page is open, since what was shown may be looked at again. */
const kept = new WeakSet<ServiceWorker>();

/** A browser stops a worker that has had no event for half a minute, and what it knows is gone. */
function keepAlive(worker: ServiceWorker, timer: Timer): void {
  if (kept.has(worker)) return;
  kept.add(worker);
  const tell = (): void => {
    worker.postMessage({ type: "alive" } satisfies ToWorker);
    timer(ALIVE_S, tell);
  };
  tell();
}
