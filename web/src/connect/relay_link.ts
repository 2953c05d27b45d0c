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
import type { Bytes } from "../secure/encoding.ts";
import type { Role } from "../secure/pake.ts";
import { type Records, TAG_BYTES } from "../secure/records.ts";
import type { Timer } from "../timers/timers.ts";
import { type Link, LOW_WATER_BYTES } from "./link.ts";
import { TOO_LATE } from "./trouble.ts";
import { RELAY_LIFE, type RelayLife, type RelayLifeEvent } from "./relay_life.ts";

/** As long as an attempt over other ways: for a slow proxy, and for the other side's. */
const OPEN_S = 15;

/** Between two looks at a full WebSocket, which tells nothing by itself, in seconds: 256 KiB take longer on a fast line. */
const DRAIN_S = 0.01;

/** Between two looks at how long it was silent, in seconds. */
const LOOK_S = 1;

/** How long a link that is not used any more stays, in seconds: the other side goes over to the new one a little later. */
const LINGER_S = 3;

const NOTHING: Bytes = new Uint8Array();

/** Of a WebSocket that was not closed in the proper way, or did not open (RFC 6455, section 7.4.1). */
const ABNORMAL = 1006;

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
  #state: RelayLife = "joining";
  #records: Records | null = null;
  #limit = 0;
  #onFrame: ((frame: Bytes) => void) | null = null;
  #onClose: () => void = () => undefined;
  #early: Bytes[] = [];
  #out: Promise<void> = Promise.resolve();
  #in: Promise<void> = Promise.resolve();
  #sealing = 0;
  #sentAt = now();
  #heardAt = now();
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
    return this.#sealing + this.#socket.bufferedAmount;
  }

  /** The keys are there. */
  secured(records: Records): void {
    this.#records = records;
    this.#ready();
  }

  start(onFrame: (frame: Bytes) => void, onClose: () => void): void {
    this.#onFrame = onFrame;
    this.#onClose = onClose;
    for (const frame of this.#early.splice(0)) onFrame(frame);
    if (this.#state === "over") onClose();
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
    this.#onFrame = () => undefined;
    await Promise.race([this.#gone.promise, this.#pause(LINGER_S)]);
    await this.hangUp();
  }

  /** Sends what is queued, then closes at once. Safe to call twice. */
  async hangUp(): Promise<void> {
    await this.#out;
    this.#happened("closed");
  }

  #join(): void {
    const { access, number } = this.#options;
    this.#socket.send(JSON.stringify({ t: "join", ticket: access.ticket, link: number, bytes: RELAY_MESSAGE_BYTES_MAX } satisfies Join));
  }

  #message(data: ArrayBuffer | string): void {
    if (typeof data === "string") return this.#joined(data);
    if (this.#records === null || this.#state === "joining") return this.#broken(OUT_OF_TURN);
    const opened = this.#records.opener.open(new Uint8Array(data));
    opened.catch(() => undefined); // it is told in its turn
    this.#in = this.#in.then(async () => this.#received(await opened)).catch(() => this.#broken(ALTERED));
  }

  #joined(text: string): void {
    const message = parse(text);
    if (!isRelayServerMessage(message) || this.#limit > 0) return this.#broken(OUT_OF_TURN);
    this.#limit = Math.min(message.bytes, RELAY_MESSAGE_BYTES_MAX);
    this.#ready();
  }

  #ready(): void {
    if (this.#limit > 0 && this.#records !== null) this.#happened("ready");
  }

  #received(frame: Bytes): void {
    this.#heardAt = now();
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
    if (this.#onFrame !== null) return this.#onFrame(frame);
    this.#early.push(frame);
    this.#options.onUsed();
  }

  #post(frame: Bytes): void {
    const sealed = (this.#records as Records).sealer.seal(frame); // WebCrypto copies it before it returns (section 14.3.1)
    this.#sentAt = now();
    this.#sealing += frame.length;
    this.#out = this.#out.then(async () => {
      const record = await sealed;
      this.#sealing -= frame.length;
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(record);
    });
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
        this.#watch();
        return this.#options.onOpen(this);
      case "fail":
        return this.#options.onFailed(this.#code, this.#detail);
      case "lose":
        return this.#onClose();
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
    if (now() - this.#heardAt > GONE_S) return this.#happened("closed");
    if (now() - this.#sentAt >= SILENCE_S - LOOK_S) this.#post(NOTHING);
    this.#options.timer(LOOK_S, () => this.#watch());
  }

  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.#options.timer(seconds, resolve));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Seconds of a clock that only goes forward. */
function now(): number {
  return performance.now() / 1000;
}
