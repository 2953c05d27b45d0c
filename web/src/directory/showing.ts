/** Which files the page can show, and as what; pure. Only what cannot do anything: no pages, no drawings with scripts. */

import { TEXT_BYTES } from "../gen/peer_constants.ts";
import { kindOf } from "./answers.ts";

/** Largest file that is held in memory to be shown, in bytes: a few minutes of video, and no more than a phone can spare. */
export const LOOK_BYTES = 128 * 1024 * 1024;

/** Types that browsers show by themselves, by the endings of names. */
const TYPES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", gif: "image/gif", webp: "image/webp", avif: "image/avif", bmp: "image/bmp", ico: "image/x-icon",
  mp3: "audio/mpeg", flac: "audio/flac", ogg: "audio/ogg", oga: "audio/ogg", opus: "audio/ogg", m4a: "audio/mp4", aac: "audio/aac", wav: "audio/wav",
  mp4: "video/mp4", m4v: "video/mp4", mov: "video/mp4", webm: "video/webm", ogv: "video/ogg",
};

export type ShownKind = "picture" | "audio" | "video" | "text";

/** How a file is shown. */
export interface Showing {
  readonly kind: ShownKind;
  readonly type: string;
}

/**
 * How a file of this name and size is shown; null if it is of no such kind. Sound and video play from disk, if there `isDisk` for that,
 * however large they are; pictures and texts are held whole.
 */
export function showingOf(name: string, size: number, isDisk: boolean): Showing | "too-large" | null {
  const kind = kindOf(name);
  if (kind === "text") return size <= TEXT_BYTES ? { kind, type: "text/plain" } : "too-large";
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
  if (type === undefined || size === 0 || !(kind === "picture" || kind === "audio" || kind === "video")) return null;
  return size <= LOOK_BYTES || (isDisk && kind !== "picture") ? { kind, type } : "too-large";
}
