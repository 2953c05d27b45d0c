/**
 * The signaling client without I/O: text and time in, effects out (docs/protocol.md, "Signaling"). Times are seconds of
 * any one clock. Twin of pypeer/signaling_client/core.py.
 *
 * It signs in, numbers requests, sends again after a resume what did not take effect, asks again what was refused for now,
 * acknowledges, notices a dead connection, and decides when to connect again.
 */

import type { ClientMessage, Error as ErrorMessage, ServerMessage, Welcome } from "../gen/signaling.ts";
import { BACKLOG_MESSAGES, CLOSE_CODES, IDLE_S, PING_S } from "../gen/signaling_constants.ts";
import { isServerMessage } from "../gen/validators.js";
import { type Bytes, fromBase64url, fromJson } from "../secure/encoding.ts";
import { delay } from "./backoff.ts";
import { type Effect, type Insistence, type Requested, SESSION_LOST } from "./effects.ts";
import { hello, statementOf, type Who } from "./hello.ts";
import { Pulse } from "./pulse.ts";
import { type Asking, OVERLOADED } from "./repeating.ts";
import type { Push, Reply, Request } from "./requests.ts";
import { Session } from "./session.ts";

/** Where the connection stands. */
export type State = "away" | "signing-in" | "ready" | "ended";

/** What RFC 6455, section 7.1.5, calls a connection that broke without a close frame. */
export const ABNORMAL = 1006;

/** Close codes from here on say not to come back unchanged; all others are passing. */
const FIRST_FINAL = 4500;

/** A quarter of what the server keeps, so that it never has to drop a busy session. */
const ACKNOWLEDGE_EVERY = BACKLOG_MESSAGES / 4;

/** What a client is made from. */
export interface ClientOptions extends Who {
  readonly random: () => number;
}

/** The state of one peer's signaling. */
export class Client {
  readonly #options: ClientOptions;
  readonly #pulse = new Pulse({ speakAfter: PING_S, goneAfter: IDLE_S });
  #state: State = "away";
  #session = new Session();
  #tickets = 0;
  #failures = 0;
  #notBefore = 0;
  #nonce: Bytes = new Uint8Array();
  /** Why the sign-in is refused, if it is said. */
  #refusal: string | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  /** The WebSocket is open. */
  connected(now: number): void {
    this.#state = "signing-in";
    this.#refusal = null;
    this.#pulse.begin(now);
  }

  /**
   * Asks; the ticket comes back with the answer, whatever happens. For `patience` seconds it is made again when the server
   * refuses it and says after what time; if `ordered`, none that is made later overtakes it then.
   */
  request(request: Request, now: number, { patience = 0, ordered = false }: Insistence = {}): Requested {
    const ticket = (this.#tickets += 1);
    const asking = { ticket, request, until: now + patience, ordered };
    const { repeating } = this.#session;
    if (!ordered || !repeating.isQueueing) return { ticket, effects: this.#ask(asking, now) };
    return { ticket, effects: repeating.hold(asking) ? [] : [{ type: "answer", ticket, reply: OVERLOADED }] };
  }

  /** Lets it connect once more after the server had refused it for good: its person has something new to say. */
  again(): void {
    if (this.#state !== "ended") return;
    this.#state = "away";
    this.#session = new Session();
  }

  /** Leaves for good. */
  bye(now: number): readonly Effect[] {
    const wasReady = this.#state === "ready";
    this.#state = "ended";
    const hangup: Effect = { type: "hangup", code: CLOSE_CODES.DONE.code };
    return wasReady ? [this.#send({ t: "bye" }, now), hangup] : [hangup];
  }

  /** A message of the server. */
  received(text: string, now: number): readonly Effect[] {
    this.#pulse.heard(now);
    const message = decode(text);
    return message === null ? [malformed] : [...this.#handle(message, now), ...this.#repeat(now)];
  }

  /** The signature that a `sign` effect asked for; `access` is the access word of the server, empty if the person has said none. */
  signed(signature: Bytes, now: number, access = ""): readonly Effect[] {
    if (this.#state !== "signing-in") return [];
    return [this.#send(hello(this.#options, this.#nonce, signature, access, this.#session.resume), now)];
  }

  /** Time passes: ping when quiet, hang up on a server that is silent. */
  tick(now: number): readonly Effect[] {
    if (this.#state !== "ready" && this.#state !== "signing-in") return [];
    if (this.#pulse.isGone(now)) return [{ type: "hangup", code: CLOSE_CODES.IDLE.code }];
    const repeated = this.#repeat(now);
    return this.#state === "ready" && this.#pulse.hasToSpeak(now) ? [...repeated, this.#acknowledge(now)] : repeated;
  }

  /** When `tick` has something to do next, at the earliest. */
  deadline(): number {
    const { goneAt, speaksAt } = this.#pulse;
    return this.#state === "ready" ? Math.min(goneAt, speaksAt, this.#session.repeating.wakeAt()) : goneAt;
  }

  /** The WebSocket closed, or could not be opened (ABNORMAL). */
  disconnected(code: number): readonly Effect[] {
    if (this.#state === "ended") return [{ type: "over", code: null, refusal: null }];
    if (code >= FIRST_FINAL) {
      this.#state = "ended";
      return [{ type: "over", code, refusal: this.#refusal }];
    }
    this.#state = "away";
    const wait = delay(this.#failures, this.#options.random(), this.#notBefore);
    this.#failures += 1;
    this.#notBefore = 0;
    return [{ type: "retry", delay: wait }];
  }

  #handle(message: ServerMessage, now: number): readonly Effect[] {
    switch (message.t) {
      case "challenge":
        return this.#challenge(message.nonce);
      case "welcome":
        return this.#welcome(message, now);
      case "restarting":
        this.#notBefore = message.reconnect_in;
        return [];
      case "pong":
        return [];
      case "error":
        return typeof message.seq === "number" ? this.#numbered(message, message.seq, now) : this.#refused(message);
      default:
        return this.#numbered(message, message.seq, now);
    }
  }

  #challenge(nonce: string): readonly Effect[] {
    const bytes = fromBase64url(nonce);
    if (bytes === null) return [malformed];
    this.#nonce = bytes;
    return [{ type: "sign", statement: statementOf(bytes, this.#options.host) }];
  }

  /** An error before sign-in is the only one without a number; the close that follows ends it. */
  #refused(error: ErrorMessage): readonly Effect[] {
    this.#refusal = error.code;
    return [];
  }

  #welcome(welcome: Welcome, now: number): readonly Effect[] {
    this.#state = "ready";
    this.#failures = 0;
    this.#pulse.rhythm = { speakAfter: welcome.ping, goneAfter: welcome.idle };
    const lost = this.#session.resume !== null && !welcome.resumed ? this.#loseSession() : [];
    this.#session.begun(welcome.token);
    const again = this.#session.unreceived(welcome.received).map((numbered) => this.#send(numbered, now));
    return [...lost, { type: "ready", welcome }, ...again];
  }

  #loseSession(): readonly Effect[] {
    const lost = this.#session.unanswered();
    this.#session = new Session();
    return lost.map(({ ticket }) => ({ type: "answer", ticket, reply: SESSION_LOST }));
  }

  #numbered(message: Reply | Push, seq: number, now: number): readonly Effect[] {
    switch (this.#session.take(seq)) {
      case "known":
        return [];
      case "gap":
        return [malformed];
      case "next":
        return [...this.#deliver(message, now), ...(seq % ACKNOWLEDGE_EVERY === 0 ? [this.#acknowledge(now)] : [])];
    }
  }

  #deliver(message: Reply | Push, now: number): readonly Effect[] {
    switch (message.t) {
      case "knocked":
      case "asked":
      case "called":
      case "signaled":
      case "left":
      case "lapsed":
        return [{ type: "push", push: message }];
      default:
        return this.#answer(message, now);
    }
  }

  #answer(reply: Reply, now: number): readonly Effect[] {
    const asking = this.#session.answered(reply, now);
    return asking === null ? [] : [{ type: "answer", ticket: asking.ticket, reply }];
  }

  #ask(asking: Asking, now: number): readonly Effect[] {
    const numbered = this.#session.ask(asking);
    return this.#state === "ready" ? [this.#send(numbered, now)] : [];
  }

  #repeat(now: number): readonly Effect[] {
    return this.#state === "ready" ? this.#session.repeating.due(now).flatMap((asking) => this.#ask(asking, now)) : [];
  }

  #acknowledge(now: number): Effect {
    return this.#send({ t: "ping", seen: this.#session.seen }, now);
  }

  #send(message: ClientMessage, now: number): Effect {
    this.#pulse.spoke(now);
    return { type: "send", text: JSON.stringify(message) };
  }
}

const malformed: Effect = { type: "hangup", code: CLOSE_CODES.MALFORMED.code };

function decode(text: string): ServerMessage | null {
  const message = fromJson(text);
  return isServerMessage(message) ? message : null;
}
