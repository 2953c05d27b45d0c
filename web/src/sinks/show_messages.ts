/**
 * What the page and its service worker say to each other about a file that is shown while it arrives. A frame below the worker's
 * scope shows it, so that what the frame asks for, in ranges, the worker answers, with pieces that it reads from the page.
 */

/** To the worker: a frame at `id` + "/" will be opened; what it shows is read over the port sent along. */
export interface Show {
  readonly type: "show";
  readonly id: string;
  readonly kind: "picture" | "audio" | "video";
  readonly contentType: string;
  readonly size: number;
}

/** Over the port, to the page: a piece is wanted of what begins at `start`. */
export interface Read {
  readonly type: "read";
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Over the port, to the worker: the frame can be opened, or the piece that was asked for, null if it never comes. */
export type FromPage = { readonly type: "piece"; readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> | null };

/** Over the port, to the page. */
export type FromWorker = { readonly type: "announced" } | Read;

/** Below the address of the frame: what is shown there. */
export const CONTENT = "content";
