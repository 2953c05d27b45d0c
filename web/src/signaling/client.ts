/** The shell of the signaling client: one WebSocket at a time, kept up until `close`. */

import { PeerError } from "../errors.ts";
import type { Error as ErrorMessage, IceServer } from "../gen/signaling.ts";
import { SUBPROTOCOL } from "../gen/signaling_constants.ts";
import type { Identity } from "../secure/identity.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { Client } from "./core.ts";
import type { Effect } from "./effects.ts";
import { closing, explain, type Refusal, refusalOf } from "./refusing.ts";
import type { Answer, AnswerTo, Push, Request } from "./requests.ts";

/** Least time between two looks at the clock, in seconds, so that a deadline just missed makes no busy loop. */
const TICK_S = 0.05;

/** How long what nobody waits for is said again: longer, and the other side has given up what it is about. */
const POST_PATIENCE_S = 15;

/** How this page and the server stand: `away` heals by itself (in `retryIn` seconds), `refused` does not. */
export type ServerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "online" }
  | { readonly kind: "away"; readonly retryIn: number }
  | { readonly kind: "refused"; readonly message: string; readonly reason: Refusal };

/** What a client is made from. */
export interface SignalingOptions {
  /** Address of the page; the WebSocket is beside it. */
  readonly page: string;
  readonly identity: Identity;
  /** For the server's logs. */
  readonly label: string;
  readonly timer: Timer;
  /** The access word of the server; empty if the person has said none. */
  readonly access: string;
  readonly onState: (state: ServerState) => void;
  readonly onPush: (push: Push) => void;
  /** Signed in again; unless `resumed`, codes and pairs are gone. */
  readonly onReady: (resumed: boolean) => void;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: PeerError) => void;
}

/** The connection to one server. It heals by itself; requests wait meanwhile. */
export class SignalingClient {
  readonly #options: SignalingOptions;
  readonly #address: URL;
  readonly #core: Client;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | null = null;
  #ice: readonly IceServer[] = [];
  #caps: readonly string[] = [];
  #access: string;
  #error: PeerError | null = null;
  #cancelRetry: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;
  #wakesAt = 0;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#access = options.access;
    this.#address = addressOf(options.page);
    const { key } = options.identity;
    this.#core = new Client({ key, host: this.#address.host, label: options.label, random: Math.random });
  }

  /** STUN and TURN servers, as of the last sign-in. */
  get ice(): readonly IceServer[] {
    return this.#ice;
  }

  /** What the server can do, as of the last sign-in. */
  get caps(): readonly string[] {
    return this.#caps;
  }

  /** Whether the server is there to carry messages; those that are sent meanwhile wait until it is back. */
  get isReady(): boolean {
    return this.#core.state === "ready";
  }

  /** Connects now rather than later; nothing if connected. */
  connect(): void {
    if (this.#socket !== null || this.#core.state === "ended") return;
    this.#cancelRetry?.();
    this.#options.onState({ kind: "connecting" });
    const socket = new WebSocket(this.#address, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#received(socket, data);
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  /** Tries this access word, now; nothing unless the server has refused this page. */
  admit(word: string): void {
    if (this.#error === null) return;
    this.#access = word;
    this.#error = null;
    this.#core.again();
    this.connect();
  }

  /** Says `bye` and closes. */
  close(): void {
    this.#perform(this.#core.bye(now()));
    this.#cancelRetry?.();
    this.#end(new PeerError("closed", "The connection was closed."));
  }

  /**
   * Sends a request and waits for its answer, through any number of reconnections; rejects with PeerError. If the server
   * refuses it and says for how long, it is made again, for so many seconds of `patience`.
   */
  ask<R extends Request>(request: R, patience = 0): Promise<AnswerTo<R>> {
    return new Promise((resolve, reject) => {
      if (this.#error !== null) return reject(this.#error);
      const { ticket, effects } = this.#core.request(request, now(), { patience });
      this.#waiting.set(ticket, { resolve: resolve as Waiting["resolve"], reject });
      this.#perform(effects);
    });
  }

  /** Sends a request whose answer does not matter; refused for now it is sent again, and keeps its place. */
  post(request: Request): void {
    this.#perform(this.#core.request(request, now(), { patience: POST_PATIENCE_S, ordered: true }).effects);
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#core.connected(now());
    this.#watch(socket);
  }

  /** Calls `tick` when it has something to do, for as long as this socket is the present one. */
  #watch(socket: WebSocket): void {
    this.#cancelWatch?.();
    const wait = Math.max(TICK_S, this.#core.deadline() - now());
    this.#wakesAt = now() + wait;
    this.#cancelWatch = this.#options.timer(wait, () => {
      if (socket !== this.#socket) return;
      this.#perform(this.#core.tick(now()));
      this.#watch(socket);
    });
  }

  #received(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#perform(this.#core.received(typeof data === "string" ? data : "", now()));
    if (socket === this.#socket && this.#core.deadline() < this.#wakesAt) this.#watch(socket);
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#perform(this.#core.disconnected(code));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.#socket?.send(effect.text);
      case "hangup":
        return this.#hangUp(effect.code);
      case "sign":
        return void this.#sign(effect.statement);
      case "ready":
        this.#ice = effect.welcome.ice ?? [];
        this.#caps = effect.welcome.caps ?? [];
        this.#options.onState({ kind: "online" });
        return this.#options.onReady(effect.welcome.resumed);
      case "answer":
        return this.#answer(effect.ticket, effect.reply);
      case "push":
        return this.#options.onPush(effect.push);
      case "retry":
        return this.#retry(effect.delay);
      case "over":
        return this.#over(effect.code, effect.refusal);
    }
  }

  /** A browser waits long for the other side's close frame, so the socket is forgotten at once. */
  #hangUp(code: number): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.close(code);
    this.#closed(socket, code);
  }

  async #sign(statement: Uint8Array<ArrayBuffer>): Promise<void> {
    const socket = this.#socket;
    const signature = await this.#options.identity.sign(statement);
    if (socket === this.#socket) this.#perform(this.#core.signed(signature, now(), this.#access));
  }

  #answer(ticket: number, reply: Answer | ErrorMessage): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    if (reply.t === "error") waiting?.reject(explain(reply));
    else waiting?.resolve(reply);
  }

  #retry(delay: number): void {
    this.#options.onState({ kind: "away", retryIn: delay });
    this.#cancelRetry = this.#options.timer(delay, () => this.connect());
  }

  #over(code: number | null, refused: string | null): void {
    if (code === null) return;
    const message = closing(code, refused);
    this.#end(new PeerError(refused ?? `close-${code}`, message, false));
    this.#options.onState({ kind: "refused", message, reason: refusalOf(refused) });
  }

  #end(error: PeerError): void {
    this.#error = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function addressOf(page: string): URL {
  const url = new URL("ws", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}
