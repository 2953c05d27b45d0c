/**
 * The signaling client without I/O: text and time in, effects out (docs/protocol.md, "Signaling"). Times are seconds of
 * any one clock. Twin of pypeer/signaling_client/core.py.
 *
 * It signs in, numbers requests, sends again after a resume what did not take effect, acknowledges, notices a dead
 * connection, and decides when to connect again.
 */

import type {
  Announce, Ask, Asked, Browse, Call, Called, ClientMessage, Error as ErrorMessage, Found, Hello, Here, Knock, Knocked, Lapsed, Leave, Left, Listing, Met, Ok,
  Open, Opened, Peers, Publish, Published, Renew, Renewed, Report, SealedAnnounce, SealedBrowse, SealedFound, SealedHere, SealedListing, SealedPeers, SealedPublish,
  SealedSearch, Search, ServerMessage, Shut, Signal, Signaled, Wait, Welcome, Withdraw,
} from "../gen/signaling.ts";
import { BACKLOG_MESSAGES, CLOSE_CODES, IDLE_S, PING_S, VERSION } from "../gen/signaling_constants.ts";
import { isServerMessage } from "../gen/validators.js";
import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "../secure/encoding.ts";
import { delay } from "./backoff.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;
type Numbered =
  | Open | Shut | Knock | Signal | Leave | Report | Renew | Publish | Announce | Withdraw | Search | Peers | Browse | Ask | Wait | Call
  | SealedPublish | SealedAnnounce | SealedSearch | SealedPeers | SealedBrowse;

/** What a peer asks of the server; the core gives it its number. */
export type Request = Unnumbered<Numbered>;
/** The answer to a request. */
export type Reply = Ok | Opened | Met | Renewed | Published | Found | Here | Listing | SealedFound | SealedHere | SealedListing | ErrorMessage;
/** What happens to a code or a pair. */
export type Push = Knocked | Asked | Called | Signaled | Left | Lapsed;

/** Where the connection stands. */
export type State = "away" | "signing-in" | "ready" | "ended";

export type Effect =
  | { readonly type: "send"; readonly text: string }
  /** Close the connection; the shell then calls `disconnected`. */
  | { readonly type: "hangup"; readonly code: number }
  /** Sign this, then call `signed`. */
  | { readonly type: "sign"; readonly statement: Bytes }
  /** Signed in. Unless `resumed`, all codes and pairs of before are gone. */
  | { readonly type: "ready"; readonly welcome: Welcome }
  /** The answer to a request, by its ticket. */
  | { readonly type: "answer"; readonly ticket: number; readonly reply: Reply }
  | { readonly type: "push"; readonly push: Push }
  /** Connect again after so many seconds. */
  | { readonly type: "retry"; readonly delay: number }
  /** Do not connect again; `code` is the close code that says why, null after `bye`. */
  | { readonly type: "over"; readonly code: number | null };

/** Keeps the signature from being used for anything else (docs/protocol.md, "Signing in"). */
const SIGN_IN_CONTEXT = utf8("byway sign-in v1\n");

/** What RFC 6455, section 7.1.5, calls a connection that broke without a close frame. */
export const ABNORMAL = 1006;

/** Close codes from here on say not to come back unchanged; all others are passing. */
const FIRST_FINAL = 4500;

/** A quarter of what the server keeps, so that it never has to drop a busy session. */
const ACKNOWLEDGE_EVERY = BACKLOG_MESSAGES / 4;

/** The answer to whatever was asked in a session that could not be resumed. */
const SESSION_LOST: ErrorMessage = { t: "error", code: "peer-gone", message: "The connection to the server was lost for too long.", retry: true };

/** What numbering needs; begins anew when the server does not resume. */
class Session {
  token: string | null = null;
  seen = 0;
  nextId = 1;
  /** By id: the ticket under which the shell waits, and the request, until it is answered. */
  readonly pending = new Map<number, { readonly ticket: number; readonly request: Numbered }>();
}

/** The peer that signs in: its public key, the host it dialled, and a label for the server's logs. */
export interface ClientOptions {
  readonly key: Bytes;
  readonly host: string;
  readonly label: string;
  readonly random: () => number;
}

/** The state of one peer's signaling. */
export class Client {
  readonly #options: ClientOptions;
  #state: State = "away";
  #session = new Session();
  #tickets = 0;
  #failures = 0;
  #notBefore = 0;
  #ping: number = PING_S;
  #idle: number = IDLE_S;
  #heard = 0;
  #sent = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  /** The WebSocket is open. */
  connected(now: number): void {
    this.#state = "signing-in";
    this.#heard = this.#sent = now;
  }

  /** Asks; the ticket comes back with the answer, whatever happens. */
  request(request: Request, now: number): { readonly ticket: number; readonly effects: readonly Effect[] } {
    const ticket = (this.#tickets += 1);
    const id = this.#session.nextId++;
    const numbered: Numbered = { ...request, id };
    this.#session.pending.set(id, { ticket, request: numbered });
    return { ticket, effects: this.#state === "ready" ? [this.#send(numbered, now)] : [] };
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
    this.#heard = now;
    const message = decode(text);
    return message === null ? [malformed] : this.#handle(message, now);
  }

  /** The signature that a `sign` effect asked for. */
  signed(signature: Bytes, now: number): readonly Effect[] {
    if (this.#state !== "signing-in") return [];
    const { key, host, label } = this.#options;
    const { token, seen } = this.#session;
    const hello: Hello = { t: "hello", v: VERSION, client: label, key: toBase64url(key), host, sig: toBase64url(signature) };
    return [this.#send(token === null ? hello : { ...hello, resume: { token, seen } }, now)];
  }

  /** Time passes: ping when quiet, hang up on a server that is silent. */
  tick(now: number): readonly Effect[] {
    if (this.#state !== "ready" && this.#state !== "signing-in") return [];
    if (now - this.#heard >= this.#idle) return [{ type: "hangup", code: CLOSE_CODES.IDLE.code }];
    if (this.#state === "ready" && now - this.#sent >= this.#ping) return [this.#acknowledge(now)];
    return [];
  }

  /** When `tick` has something to do next, at the earliest. */
  deadline(): number {
    const dead = this.#heard + this.#idle;
    return this.#state === "ready" ? Math.min(dead, this.#sent + this.#ping) : dead;
  }

  /** The WebSocket closed, or could not be opened (ABNORMAL). */
  disconnected(code: number): readonly Effect[] {
    if (this.#state === "ended") return [{ type: "over", code: null }];
    if (code >= FIRST_FINAL) {
      this.#state = "ended";
      return [{ type: "over", code }];
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
      default:
        return this.#numbered(message, now);
    }
  }

  #challenge(nonce: string): readonly Effect[] {
    const bytes = fromBase64url(nonce);
    return bytes === null ? [malformed] : [{ type: "sign", statement: concat(SIGN_IN_CONTEXT, bytes, utf8(this.#options.host)) }];
  }

  #welcome(welcome: Welcome, now: number): readonly Effect[] {
    this.#state = "ready";
    this.#failures = 0;
    this.#ping = welcome.ping;
    this.#idle = welcome.idle;
    const lost = this.#session.token !== null && !welcome.resumed ? this.#loseSession() : [];
    this.#session.token = welcome.token;
    const again = [...this.#session.pending].filter(([id]) => id > welcome.received).map(([, { request }]) => this.#send(request, now));
    return [...lost, { type: "ready", welcome }, ...again];
  }

  #loseSession(): readonly Effect[] {
    const { pending } = this.#session;
    this.#session = new Session();
    return [...pending.values()].map(({ ticket }) => ({ type: "answer", ticket, reply: SESSION_LOST }));
  }

  #numbered(message: Reply | Push, now: number): readonly Effect[] {
    const seq = message.seq ?? 0; // only an error before sign-in has none, and the close that follows says the same
    if (seq <= this.#session.seen) return [];
    if (seq !== this.#session.seen + 1) return [malformed];
    this.#session.seen = seq;
    const acknowledge = seq % ACKNOWLEDGE_EVERY === 0 ? [this.#acknowledge(now)] : [];
    return [...this.#deliver(message), ...acknowledge];
  }

  #deliver(message: Reply | Push): readonly Effect[] {
    switch (message.t) {
      case "knocked":
      case "asked":
      case "called":
      case "signaled":
      case "left":
      case "lapsed":
        return [{ type: "push", push: message }];
      default:
        return this.#answer(message);
    }
  }

  #answer(reply: Reply): readonly Effect[] {
    const id = reply.re ?? 0;
    const waiting = this.#session.pending.get(id);
    if (waiting === undefined) return [];
    this.#session.pending.delete(id);
    return [{ type: "answer", ticket: waiting.ticket, reply }];
  }

  #acknowledge(now: number): Effect {
    return this.#send({ t: "ping", seen: this.#session.seen }, now);
  }

  #send(message: ClientMessage, now: number): Effect {
    this.#sent = now;
    return { type: "send", text: JSON.stringify(message) };
  }
}

const malformed: Effect = { type: "hangup", code: CLOSE_CODES.MALFORMED.code };

function decode(text: string): ServerMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    return isServerMessage(message) ? message : null;
  } catch {
    return null;
  }
}
