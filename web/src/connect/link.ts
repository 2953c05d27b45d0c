/** A link over a WebRTC data channel (RFC 8831): an ordered, reliable channel of frames to the other peer. */

import type { ConnectionReport } from "../gen/peer.ts";
import { FRAME_BYTES } from "../gen/peer_constants.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Timer } from "../timers/timers.ts";
import { Inbox } from "./inbox.ts";

/** A sender fills the channel up to here: far below the 16 MiB at which Chromium closes it, enough for a fast network. */
export const HIGH_WATER_BYTES = 1024 * 1024;

/** And again once it is below this: several frames, so that the network never waits for the page. */
export const LOW_WATER_BYTES = 256 * 1024;

/** Largest message that Chromium takes; others take more. */
const MESSAGE_BYTES = 256 * 1024;

/** How long `close` waits for the last words, in seconds: they are short, and the other side may be gone. */
const FLUSH_S = 5;

/** A message channel to one peer. */
export interface Link {
  /** Largest frame that both stacks take; the other side's `hello` may lower it. */
  readonly frameBytes: number;
  /** Bytes given to `send` and not yet handed to the network. */
  readonly buffered: number;
  /** Delivers frames, also those that arrived before, and the end of the link, in order; call it once. */
  start(onFrame: (frame: Bytes) => void, onClose: () => void): void;
  /** Queues a copy of a frame, which may be written over at once; false if the link is closed. */
  send(frame: Bytes): boolean;
  /** Waits until there is room for more; false if the link is closed. */
  drain(): Promise<boolean>;
  /** Sends what is queued, within a bounded time, then closes. Safe to call twice. */
  close(): Promise<void>;
}

/** A link; made once the channel is open. */
export class ChannelLink implements Link {
  /** Told how it is connected: when that is known, at each change, and when it gets through again. */
  onReport: (report: ConnectionReport) => void = () => undefined;
  /** Told when nothing gets through; it may come back. */
  onInterrupted: () => void = () => undefined;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #timer: Timer;
  readonly #inbox = new Inbox();
  #isClosed = false;
  #room = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();

  constructor(connection: RTCPeerConnection, channel: RTCDataChannel, timer: Timer) {
    this.#connection = connection;
    this.#channel = channel;
    this.#timer = timer;
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => this.#message(data);
    channel.onbufferedamountlow = () => this.#room.resolve();
    channel.onclose = () => this.lost();
  }

  get frameBytes(): number {
    return Math.min(this.#connection.sctp?.maxMessageSize ?? FRAME_BYTES, MESSAGE_BYTES);
  }

  get buffered(): number {
    return this.#channel.bufferedAmount;
  }

  start(onFrame: (frame: Bytes) => void, onClose: () => void): void {
    this.#inbox.start({ onFrame, onClose });
  }

  send(frame: Bytes): boolean {
    if (this.#isClosed || this.#channel.readyState !== "open") return false;
    this.#channel.send(frame); // copies it (WebRTC 1.0, section 6.2: "the data stored in the section of the buffer")
    return true;
  }

  async drain(): Promise<boolean> {
    while (this.buffered > LOW_WATER_BYTES && !this.#isClosed) {
      this.#room = Promise.withResolvers();
      await this.#room.promise;
    }
    return !this.#isClosed;
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#channel.close(); // sends what is queued before it closes (RFC 8831, section 6.7)
      const cancel = this.#timer(FLUSH_S, () => this.lost());
      await this.#gone.promise;
      cancel();
    }
    this.#connection.close();
  }

  /** The path is gone for good, or the channel closed; says so once. */
  lost(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#room.resolve();
    this.#gone.resolve();
    this.#inbox.end();
  }

  #message(data: ArrayBuffer | string): void {
    this.#inbox.deliver(typeof data === "string" ? new Uint8Array() : new Uint8Array(data));
  }
}
