/**
 * Binary frames of a link: one byte of type, then fixed fields in network byte order, then bytes (docs/protocol.md,
 * "Links"). Twin of pypeer/protocol/frames.py.
 */

import type { ControlMessage } from "../gen/peer.ts";
import { CONTROL_BYTES } from "../gen/peer_constants.ts";
import { isControlMessage } from "../gen/validators.js";
import { type Bytes, utf8 } from "../secure/encoding.ts";
import { HASH_BYTES } from "./merkle.ts";

/** Asks for a chunk. The number is chosen by the receiver, unique among those open on the link. */
export interface Request {
  readonly type: "request";
  readonly request: number;
  readonly file: number;
  readonly chunk: number;
}

/** Asks for the hash of a chunk, without its bytes. */
export interface Probe {
  readonly type: "probe";
  readonly request: number;
  readonly file: number;
  readonly chunk: number;
}

/** Takes a request back. */
export interface Stop {
  readonly type: "stop";
  readonly request: number;
}

/** Part of a chunk; `payload` is a view of the received bytes. */
export interface Data {
  readonly type: "data";
  readonly request: number;
  readonly payload: Bytes;
}

/** End of a chunk, its hash, and the file's root if the sender knows it. */
export interface End {
  readonly type: "end";
  readonly request: number;
  readonly hash: Bytes;
  readonly root: Bytes | null;
}

export interface Control {
  readonly type: "control";
  readonly message: ControlMessage;
}

export type Frame = Request | Probe | Stop | Data | End | Control;

/** What comes before the payload of a data frame. */
export const DATA_HEADER_BYTES = 5;

const TYPES = { control: 0, request: 1, stop: 2, data: 3, end: 4, probe: 5 } as const;
const REQUEST_BYTES = 13;
const STOP_BYTES = 5;
const END_BYTES = 6 + HASH_BYTES;
const HAS_ROOT = 1;

/** Gives memory of this length. */
type Room = (length: number) => Bytes;

/**
 * Serialises frames into one memory, for links, which copy what they send: each is valid until the next. Fresh memory for every
 * frame would have to be cleared by the system and freed again, which takes longer than the copying.
 */
export class Framer {
  #memory: Bytes = new Uint8Array();

  encode(frame: Frame): Bytes {
    return write(frame, (length) => this.#room(length));
  }

  #room(length: number): Bytes {
    if (this.#memory.length < length) this.#memory = new Uint8Array(length);
    return this.#memory.subarray(0, length);
  }
}

/** Serialises a frame into memory of its own. */
export function encode(frame: Frame): Bytes {
  return write(frame, (length) => new Uint8Array(length));
}

function write(frame: Frame, room: Room): Bytes {
  switch (frame.type) {
    case "control":
      return withHeader(room, TYPES.control, [], utf8(JSON.stringify(frame.message)));
    case "request":
    case "probe":
      return withHeader(room, TYPES[frame.type], [frame.request, frame.file, frame.chunk]);
    case "stop":
      return withHeader(room, TYPES.stop, [frame.request]);
    case "data":
      return withHeader(room, TYPES.data, [frame.request], frame.payload);
    case "end":
      return writeEnd(room, frame);
  }
}

/** Parses a frame; null for bytes that are none. */
export function decode(bytes: Bytes): Frame | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes[0]) {
    case TYPES.control:
      return decodeControl(bytes);
    case TYPES.request:
    case TYPES.probe: {
      if (bytes.length !== REQUEST_BYTES) return null;
      const type = bytes[0] === TYPES.request ? "request" : "probe";
      return { type, request: view.getUint32(1), file: view.getUint32(5), chunk: view.getUint32(9) };
    }
    case TYPES.stop:
      return bytes.length === STOP_BYTES ? { type: "stop", request: view.getUint32(1) } : null;
    case TYPES.data:
      if (bytes.length <= DATA_HEADER_BYTES) return null;
      return { type: "data", request: view.getUint32(1), payload: bytes.subarray(DATA_HEADER_BYTES) };
    case TYPES.end:
      return decodeEnd(bytes, view);
    default:
      return null;
  }
}

function writeEnd(room: Room, { request, hash, root }: End): Bytes {
  const flags = Uint8Array.of(root === null ? 0 : HAS_ROOT);
  return withHeader(room, TYPES.end, [request], flags, hash, ...(root === null ? [] : [root]));
}

function withHeader(room: Room, type: number, numbers: readonly number[], ...rest: readonly Bytes[]): Bytes {
  const header = 1 + 4 * numbers.length;
  const frame = room(rest.reduce((sum, part) => sum + part.length, header));
  const view = new DataView(frame.buffer);
  view.setUint8(0, type);
  numbers.forEach((number, index) => view.setUint32(1 + 4 * index, number));
  let at = header;
  for (const part of rest) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function decodeControl(bytes: Bytes): Control | null {
  if (bytes.length > 1 + CONTROL_BYTES) return null;
  try {
    const message: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(1)));
    return isControlMessage(message) ? { type: "control", message } : null;
  } catch {
    return null;
  }
}

function decodeEnd(bytes: Bytes, view: DataView): End | null {
  if (bytes.length < END_BYTES) return null;
  const hasRoot = (view.getUint8(5) & HAS_ROOT) !== 0;
  if (bytes.length !== END_BYTES + (hasRoot ? HASH_BYTES : 0)) return null;
  return { type: "end", request: view.getUint32(1), hash: bytes.slice(6, END_BYTES), root: hasRoot ? bytes.slice(END_BYTES) : null };
}
