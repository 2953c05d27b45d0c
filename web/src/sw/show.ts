/** Files that are shown while they arrive: the frame, and what is in it, piece by piece as the browser asks for it. */

import { askedRange } from "../sinks/ranges.ts";
import { CONTENT, type FromPage, type FromWorker, type Show } from "../sinks/show_messages.ts";

interface Shown extends Show {
  readonly port: MessagePort;
  /** Who waits for which piece. */
  readonly waiting: Map<number, (bytes: Uint8Array<ArrayBuffer> | null) => void>;
}

/** Nothing in the frame may do anything, or be loaded from elsewhere. */
const POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

const STYLE = "html,body{margin:0;height:100%;background:transparent}body{display:grid;place-items:center}img,video{max-width:100%;max-height:100%;object-fit:contain}audio{width:100%}";

const ELEMENTS = {
  picture: `<img alt="" src="${CONTENT}">`,
  audio: `<audio controls src="${CONTENT}"></audio>`,
  video: `<video controls playsinline src="${CONTENT}"></video>`,
} as const;

const all = new Map<string, Shown>();
let last = 0;

export function announce(show: Show, port: MessagePort): void {
  const waiting: Shown["waiting"] = new Map();
  all.set(show.id, { ...show, port, waiting });
  port.onmessage = ({ data: { number, bytes } }: MessageEvent<FromPage>) => {
    waiting.get(number)?.(bytes);
    waiting.delete(number);
  };
  tell(port, { type: "announced" });
}

/** The answer for a path below the scope; null if it is not about something that is shown. */
export function respond(path: string, request: Request): Response | null {
  const [id = "", rest] = path.split("/");
  const shown = all.get(id);
  if (rest === undefined || shown === undefined) return null;
  return rest === CONTENT ? content(shown, request.headers.get("Range")) : frame(shown);
}

function frame({ kind }: Shown): Response {
  const page = `<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>${STYLE}</style></head><body>${ELEMENTS[kind]}</body></html>`;
  return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer" } });
}

function content(shown: Shown, header: string | null): Response {
  const { size, contentType } = shown;
  const range = askedRange(header, size);
  const headers = { "Content-Type": contentType, "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };
  if (range === "none") return new Response(null, { status: 416, headers: { ...headers, "Content-Range": `bytes */${size}` } });
  const [start, end] = range === "all" ? [0, size] : range;
  const part = range === "all" ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  return new Response(streamOf(shown, start, end), { status: range === "all" ? 200 : 206, headers: { ...headers, ...part, "Content-Length": String(end - start) } });
}

/** Nothing is read before the browser wants it. */
function streamOf({ port, waiting }: Shown, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  const read = (): Promise<Uint8Array<ArrayBuffer> | null> =>
    new Promise((resolve) => {
      const number = (last += 1);
      waiting.set(number, resolve);
      tell(port, { type: "read", number, start: at, end });
    });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await read();
        if (bytes === null) return controller.error(new Error("It does not come."));
        at += bytes.length;
        controller.enqueue(bytes);
        if (at >= end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function tell(port: MessagePort, message: FromWorker): void {
  port.postMessage(message);
}
