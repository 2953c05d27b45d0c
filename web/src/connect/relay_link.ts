/**
 * A link through the relay inside the server's WebSocket (docs/protocol.md): records sealed by the two peers, of which the server
 * sees sizes and times.
 *
 * A WebSocket cannot be asked to wait (WHATWG WebSockets, section 3): what arrives is bounded by what the session asks for, and
 * what is sent by `buffered`.
 */

import type { Join } from "../gen/signaling.ts";
import { GONE_S, SILENCE_S } from "../gen/peer_constants.ts";
import { RELAY_MESSAGE_BYTES_MAX, RELAY_SUBPROTOCOL } from "../gen/signaling_constants.ts";
import { isRelayServerMessage } from "../gen/validators.js";
import { type Bytes, fromJson } from "../secure/encoding.ts";
import { OrderedRecords } from "../secure/ordered.ts";
import type { Role } from "../secure/pake.ts";
import { type Records, TAG_BYTES } from "../secure/records.ts";
import { ABNORMAL } from "../signaling/core.ts";
import { Pulse } from "../signaling/pulse.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { Inbox } from "./inbox.ts";
import { type Link, LOW_WATER_BYTES } from "./link.ts";
import { RELAY_LIFE, type RelayLife, type RelayLifeEvent } from "./relay_life.ts";
import { TOO_LATE } from "./trouble.ts";

/** As long as an attempt over other ways: for a slow proxy, and for the other side's. */
const OPEN_S = 15;

/** Between two looks at a full WebSocket, which tells nothing by itself, in seconds: 256 KiB take longer on a fast line. */
const DRAIN_S = 0.01;

/** Between two looks at how long it was silent, in seconds. */
const LOOK_S = 1;

/** The other side may have to wait for one look more than this. */
const RHYTHM = { speakAfter: SILENCE_S - LOOK_S, goneAfter: GONE_S };

/** How long a link that is not used any more stays, in seconds: the other side goes over to the new one a little later. */
const LINGER_S = 3;

const NOTHING: Bytes = new Uint8Array();

const OUT_OF_TURN = "what came through it is not what belongs there";
const ALTERED = "what came through it was altered on the way";

/** Where the relay is, and what admits this side. */
export interface RelayAccess {
  readonly url: string;
  readonly ticket: string;
}

export interface RelayLinkOptions {
  readonly role: Role;
  readonly number: number;
  readonly access: RelayAccess;
  readonly timer: Timer;
  readonly onOpen: (link: RelayLink) => void;
  /** The other side sent a frame, while nobody had asked for frames here. */
  readonly onUsed: () => void;
  /** No link came of it: the code with which the WebSocket was closed, 0 if it was not, and what is known beside. */
  readonly onFailed: (code: number, detail: string) => void;
}

/** A link through the relay, from the WebSocket on. */
export class RelayLink implements Link {
  readonly number: number;
  readonly #options: RelayLinkOptions;
  readonly #socket: WebSocket;
  readonly #gone = Promise.withResolvers<void>();
  readonly #inbox = new Inbox();
  readonly #pulse = new Pulse(RHYTHM);
  #state: RelayLife = "joining";
  #records: OrderedRecords | null = null;
  /** Largest message that the relay takes; 0 until it has said so. */
  #limit = 0;
  /** Why it ended, if it does. */
  #code = 0;
  #detail = "";

  constructor(options: RelayLinkOptions) {
    this.number = options.number;
    this.#options = options;
    this.#socket = new WebSocket(options.access.url, RELAY_SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#join();
    this.#socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => this.#message(data);
    this.#socket.onclose = ({ code }) => this.#refused(code);
    options.timer(OPEN_S, () => this.#state !== "open" && this.#broken(TOO_LATE));
  }

  get frameBytes(): number {
    return this.#limit - TAG_BYTES;
  }

  get buffered(): number {
    return (this.#records?.sealing ?? 0) + this.#socket.bufferedAmount;
  }

  /** The keys are there. */
  secured(records: Records): void {
    this.#records = new OrderedRecords(records, {
      onRecord: (record) => this.#socket.readyState === WebSocket.OPEN && this.#socket.send(record),
      onFrame: (frame) => this.#received(frame),
      onAltered: () => this.#broken(ALTERED),
    });
    this.#ready();
  }

  start(onFrame: (frame: Bytes) => void, onClose: () => void): void {
    this.#inbox.start({ onFrame, onClose });
  }

  send(frame: Bytes): boolean {
    if (this.#state !== "open") return false;
    this.#post(frame);
    return true;
  }

  async drain(): Promise<boolean> {
    while (this.buffered > LOW_WATER_BYTES && this.#state === "open") await this.#pause(DRAIN_S);
    return this.#state === "open";
  }

  /** What comes instead may open later on the other side, so the WebSocket stays for a while. */
  async close(): Promise<void> {
    this.#inbox.ignore();
    await Promise.race([this.#gone.promise, this.#pause(LINGER_S)]);
    await this.hangUp();
  }

  /** Sends what is queued, then closes at once. Safe to call twice. */
  async hangUp(): Promise<void> {
    await this.#records?.flushed();
    this.#happened("closed");
  }

  #join(): void {
    const { access, number } = this.#options;
    this.#socket.send(JSON.stringify({ t: "join", ticket: access.ticket, link: number, bytes: RELAY_MESSAGE_BYTES_MAX } satisfies Join));
  }

  #message(data: ArrayBuffer | string): void {
    if (typeof data === "string") return this.#joined(data);
    if (this.#records === null || this.#state === "joining") return this.#broken(OUT_OF_TURN);
    this.#records.open(new Uint8Array(data));
  }

  #joined(text: string): void {
    const message = fromJson(text);
    if (!isRelayServerMessage(message) || this.#limit > 0) return this.#broken(OUT_OF_TURN);
    this.#limit = Math.min(message.bytes, RELAY_MESSAGE_BYTES_MAX);
    this.#ready();
  }

  #ready(): void {
    if (this.#limit > 0 && this.#records !== null) this.#happened("ready");
  }

  #received(frame: Bytes): void {
    this.#pulse.heard(now());
    if (this.#state === "proving") this.#proved(frame);
    else if (this.#state === "open" && frame.length > 0) this.#deliver(frame);
  }

  /** A's first record is empty, and B answers with an empty one of its own: then a byte has made the round trip. */
  #proved(frame: Bytes): void {
    if (frame.length > 0) return this.#broken(OUT_OF_TURN);
    if (this.#options.role === "B") this.#post(NOTHING);
    this.#happened("proven");
  }

  #deliver(frame: Bytes): void {
    if (!this.#inbox.deliver(frame)) this.#options.onUsed();
  }

  #post(frame: Bytes): void {
    this.#records?.seal(frame);
    this.#pulse.spoke(now());
  }

  /** The WebSocket is closed; a browser says nothing more of one that never opened. */
  #refused(code: number): void {
    this.#code = code;
    this.#broken(code === ABNORMAL ? "it cannot be reached" : `the connection was closed (code ${code})`);
  }

  #broken(detail: string): void {
    this.#detail = detail;
    this.#happened("closed");
  }

  #happened(event: RelayLifeEvent): void {
    const step = RELAY_LIFE[this.#state][event];
    if (step === undefined) return;
    const [state, action] = step;
    this.#state = state;
    if (state === "over") this.#end();
    switch (action) {
      case "prove":
        if (this.#options.role === "A") this.#post(NOTHING);
        return;
      case "announce":
        this.#pulse.begin(now());
        this.#watch();
        return this.#options.onOpen(this);
      case "fail":
        return this.#options.onFailed(this.#code, this.#detail);
      case "lose":
        return this.#inbox.end();
    }
  }

  /** A browser complains of a WebSocket that is closed before it is open. */
  #end(): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.onopen = () => this.#socket.close();
    else this.#socket.close();
    this.#gone.resolve();
  }

  /** Signs of life, and whether the other side gives any. */
  #watch(): void {
    if (this.#state !== "open") return;
    if (this.#pulse.isGone(now())) return this.#happened("closed");
    if (this.#pulse.hasToSpeak(now())) this.#post(NOTHING);
    this.#options.timer(LOOK_S, () => this.#watch());
  }

  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.#options.timer(seconds, resolve));
  }
}
