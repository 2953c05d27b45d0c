/** The service worker of the page: answers the address of a download, or of what is shown, with what the page hands over, piece by piece. */

import { announce as announceShown, respond } from "./show.ts";
import type { FromStream, ToStream, ToWorker } from "../sinks/stream_messages.ts";

declare const self: ServiceWorkerGlobalScope;

interface Download {
  readonly headers: Readonly<Record<string, string>>;
  readonly port: MessagePort;
}

const downloads = new Map<string, Download>();

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const message = event.data as ToWorker;
  const [port] = event.ports;
  if (message.type === "show" && port !== undefined) return announceShown(message, port);
  if (message.type !== "announce" || port === undefined) return;
  downloads.set(message.id, { headers: message.headers, port });
  tell(port, { type: "announced" });
});

self.addEventListener("fetch", (event) => {
  const { scope } = self.registration;
  if (!event.request.url.startsWith(scope)) return;
  const id = event.request.url.slice(scope.length);
  const shown = respond(id, event.request);
  if (shown !== null) return event.respondWith(shown);
  const download = downloads.get(id);
  downloads.delete(id);
  event.respondWith(download === undefined ? new Response("This download is over.", { status: 404 }) : answer(download));
});

function answer({ headers, port }: Download): Response {
  return new Response(streamOf(port), { headers });
}

/** No piece is asked for before the browser wants it; so the queue of the stream holds nothing. */
function streamOf(port: MessagePort): ReadableStream<Uint8Array> {
  let deliver = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        port.onmessage = ({ data }: MessageEvent<ToStream>) => {
          take(controller, data);
          deliver();
        };
      },
      pull: () =>
        new Promise<void>((resolve) => {
          deliver = resolve;
          tell(port, { type: "pull" });
        }),
      cancel: () => tell(port, { type: "cancelled" }),
    },
    { highWaterMark: 0 },
  );
}

function take(controller: ReadableStreamDefaultController<Uint8Array>, message: ToStream): void {
  switch (message.type) {
    case "piece":
      return controller.enqueue(message.bytes);
    case "end":
      return controller.close();
    case "fail":
      return controller.error(new Error(message.message));
  }
}

function tell(port: MessagePort, message: FromStream): void {
  port.postMessage(message);
}
