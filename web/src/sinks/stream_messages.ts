/**
 * What the page and its service worker say to each other about a streamed download. The worker pulls: it asks for a
 * piece when the browser has taken the one before, so the disk sets the pace and nothing piles up.
 */

import type { Show } from "./show_messages.ts";

/** To the worker: a download will be asked for under `id`; what it consists of comes over the port sent along. */
export interface Announce {
  readonly type: "announce";
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** To the worker, now and then: a browser stops a worker that has had no event for half a minute. */
export interface Alive {
  readonly type: "alive";
}

export type ToWorker = Announce | Alive | Show;

/** Over the port, to the worker. */
export type ToStream =
  | { readonly type: "piece"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "end" }
  | { readonly type: "fail"; readonly message: string };

/** Over the port, to the page. */
export type FromStream =
  /** The worker knows of the download; open its address. */
  | { readonly type: "announced" }
  | { readonly type: "pull" }
  /** The person stopped the download in the browser, or the disk is full. */
  | { readonly type: "cancelled" };

/** Where the worker's scope is, from the page; the address of a download is this and its id. Nothing else is below it. */
export const SCOPE = "download/";
