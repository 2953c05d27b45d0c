/** What the cores want done: values, so that a test reads like a transcript and the shell decides nothing. */

import type { PeerError } from "../errors.ts";
import type { EndCode } from "../gen/peer.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Frame } from "./frames.ts";
import type { Place } from "./schedule.ts";

/** A transfer that came to its end: all that was accepted is verified and stored, save `failed` files. */
export interface Outcome {
  readonly files: number;
  readonly bytes: number;
  readonly failed: number;
}

/** Verified and stored so far; `rate` in bytes a second, `left` in seconds, null while unknown. */
export interface Progress {
  readonly bytes: number;
  readonly files: number;
  readonly total: number;
  readonly rate: number | null;
  readonly left: number | null;
}

/** What people see change. */
export type Event =
  | { readonly type: "accepted"; readonly files: number; readonly bytes: number }
  | ({ readonly type: "progress" } & Progress)
  /** `by` is null when nobody has paused any more. */
  | { readonly type: "paused"; readonly by: "me" | "them" | null }
  | { readonly type: "lost"; readonly path: string; readonly message: string };

export type CommonEffect =
  /** Send this frame on this link. */
  | { readonly type: "send"; readonly link: number; readonly frame: Frame }
  | { readonly type: "event"; readonly event: Event }
  /** The session is over; close its links once what was sent before is out. */
  | { readonly type: "end"; readonly result: Outcome | PeerError };

/** A file that cannot be sent or stored, and why. */
export interface Lost {
  readonly code: EndCode;
  readonly message: string;
}

/** A chunk as it was read, its hash, and the root of its file if by now every chunk was hashed. */
export interface Chunk {
  readonly data: Bytes;
  readonly hash: Bytes;
  readonly root: Bytes | null;
}

export type SenderEffect =
  | CommonEffect
  /** There may be something to read for this link: `Sender.take` says what. */
  | { readonly type: "wake"; readonly link: number }
  /** Hash what is not yet hashed of this file, then call `Sender.rootFound`. */
  | { readonly type: "find-root"; readonly file: number };

/** A chunk that the receiver asked for on a link; two are the same only if they are one object. */
export interface Read extends Place {
  readonly link: number;
  readonly request: number;
  /** Only its hash is wanted. */
  readonly bare: boolean;
}

/** What is to be done with stored files, in the order given. */
export type StoreEffect =
  /** Verify this chunk against its hash and write it; answer with `stored`, `corrupt`, `lost` or `broken`. */
  | { readonly type: "store"; readonly file: number; readonly chunk: number; readonly data: Bytes; readonly hash: Bytes }
  /** The file is verified: give it its name; answer with `finished`, `lost` or `broken`. */
  | { readonly type: "finish"; readonly file: number }
  /** Forget this file; no answer. */
  | { readonly type: "discard"; readonly file: number }
  /** Nothing more comes; answer with `concluded` or `broken`. */
  | { readonly type: "conclude" };

export type ReceiverEffect =
  | CommonEffect
  | StoreEffect
  /** This source is known to offer the same, and is asked for chunks from now on. */
  | { readonly type: "drawn"; readonly source: number }
  /** Nothing more is wanted of this source; close its links once what was sent before is out. The session goes on with the others. */
  | { readonly type: "dismiss"; readonly source: number; readonly error: PeerError }
  /** Nothing is outstanding on this link, and a better one is open: it may be closed, or kept to fall back on. */
  | { readonly type: "idle"; readonly link: number }
  /** Ask the person, then call `Receiver.decided`. */
  | { readonly type: "decide" }
  /** Make room, then call `Receiver.prepared`. */
  | { readonly type: "prepare" };

export type StoreResult =
  | { readonly type: "stored"; readonly file: number; readonly chunk: number }
  /** The chunk does not match its hash; it was not written. */
  | { readonly type: "corrupt"; readonly file: number; readonly chunk: number }
  /** The file has its name. */
  | { readonly type: "finished"; readonly file: number }
  /** This file cannot be stored; `chunk` if it was one that could not. */
  | ({ readonly type: "lost"; readonly file: number; readonly chunk: number | null } & Lost)
  /** Nothing more can be stored at all. */
  | ({ readonly type: "broken" } & Lost)
  | { readonly type: "concluded" };
