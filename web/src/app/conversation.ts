/**
 * Everything between two peers once they have met: links come and go under one transfer session. Twin of
 * pypeer/conversation.py.
 *
 * Role A makes the offers and so decides when to try again; role B waits for it, at first for as long as its person takes
 * to decide. The pair with the server may end while a
 * link lives: the transfer goes on, and only when that link breaks too is there no way back.
 */

import { Connector } from "../connect/connector.ts";
import type { ChannelLink } from "../connect/link.ts";
import { pathOf } from "../connect/report.ts";
import { PeerError } from "../errors.ts";
import type { ConnectionReport, SealedMessage } from "../gen/peer.ts";
import { END_CODES } from "../gen/peer_constants.ts";
import type { IceServer } from "../gen/signaling.ts";
import { delay } from "../signaling/backoff.ts";
import type { Pair } from "../signaling/pair.ts";
import type { Timer } from "../timers/timers.ts";
import type { Outcome } from "../transfer/effects.ts";
import { fromPeer } from "../transfer/endings.ts";
import type { Session, SessionEvents } from "./session.ts";
import type { Transfer } from "./transfer.ts";

/** Attempts in a row that may fail before role A gives up: ten seconds, each with fresh candidates. */
const ATTEMPTS = 3;

/** How long role B waits for a new offer after its link broke, in seconds: all attempts of A, and the waits between them. */
const RECOVER_S = 120;

const GONE = "The other side has gone: it closed its page or command, or lost its network for too long.";
const NO_PATH = "No way to the other side opened.";
const CUT_OFF =
  "The server went away before the two sides could tell each other how to connect: check your network, and try again when the server is back.";

export interface ConversationOptions {
  readonly pair: Pair;
  readonly transfer: Transfer;
  readonly timer: Timer;
  readonly ice: () => readonly IceServer[];
  readonly isRelayOnly: boolean;
  readonly onEnd: (isDone: boolean) => void;
}

/** What a conversation needs of a session (session.ts). */
type Talk = Pick<Session<{ readonly type: string }>, "attach" | "fail" | "isAttached">;

/** One transfer with one peer. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #connector: Connector;
  #session: Talk | null = null;
  /** Attempts in a row that came to nothing. */
  #failures = 0;
  /** Whether the last of them had no server to carry its messages. */
  #isCutOff = false;
  #isPaired = true;
  #cancelTimer: () => void = () => undefined;
  /** The way that the server counted last, and the present one, which may still change. */
  #counted = "";
  #present: ConnectionReport | null = null;

  constructor(options: ConversationOptions) {
    const { pair, timer, ice, isRelayOnly } = options;
    this.#options = options;
    this.#connector = new Connector({
      role: pair.role,
      timer,
      ice,
      isRelayOnly,
      send: (message) => pair.send(message),
      onLink: (link) => this.#linked(link),
      onFailed: (report) => this.#failed(report),
    });
    pair.onMessage = (message) => this.#received(message);
    pair.onEnd = () => this.#unpaired();
  }

  /** For the session of this conversation. */
  get events(): SessionEvents {
    const { transfer } = this.#options;
    return { onEvent: (event) => transfer.event(event), onLost: () => this.#lost(), onEnd: (result) => this.#ended(result) };
  }

  /** Connects, and sees the session through to its end. */
  start(session: Talk): void {
    this.#session = session;
    if (this.#options.pair.role === "A") this.#connector.connect();
  }

  #linked(link: ChannelLink): void {
    this.#cancelTimer();
    this.#failures = 0;
    this.#present = null;
    link.onReport = (report) => this.#reported(report);
    link.onInterrupted = () => this.#options.transfer.unlinked();
    this.#options.transfer.linked(null);
    this.#session?.attach(link);
  }

  /** How the present link is connected: told twice, since the statistics need a while to be right. */
  #reported(report: ConnectionReport): void {
    const isLasting = report.outcome === this.#present?.outcome;
    this.#present = report;
    this.#options.transfer.linked(pathOf(report), report);
    if (isLasting) this.#count();
  }

  /** The server counts each way once, with the time that it took. */
  #count(): void {
    const report = this.#present;
    if (report === null || pathOf(report) === null || report.outcome === this.#counted) return;
    this.#counted = report.outcome;
    this.#options.pair.report(report.outcome, report.phases);
  }

  #lost(): void {
    this.#options.transfer.unlinked();
    if (!this.#isPaired) return this.#fail(new PeerError("peer-gone", GONE));
    if (this.#options.pair.role === "A") this.#retry();
    else this.#waitForOffer();
  }

  /** An attempt came to nothing. Role B waits for the next. */
  #failed(report: ConnectionReport): void {
    this.#failures += 1;
    this.#isCutOff = !this.#options.pair.isReachable;
    this.#options.transfer.attempted(report);
    const isLast = this.#failures >= ATTEMPTS || !this.#isPaired;
    if (this.#options.pair.role === "A" && !isLast) return this.#retry();
    if (this.#options.pair.role === "B" && this.#isPaired) return;
    this.#options.pair.report("failed", report.phases);
    this.#fail(this.#whyOver());
  }

  #retry(): void {
    this.#setTimer(delay(this.#failures, Math.random()), () => this.#connector.connect());
  }

  #waitForOffer(): void {
    this.#setTimer(RECOVER_S, () => this.#fail(this.#whyOver()));
  }

  #received(message: SealedMessage): void {
    if (message.t === "part") return this.#unpaired(message.code == null ? null : fromPeer(message.code, ""));
    if (message.t === "meet" || message.t === "preview" || message.t === "relay") return;
    this.#options.transfer.agreed(); // whoever connects has agreed
    this.#connector.handle(message);
  }

  #unpaired(error: PeerError | null = null): void {
    this.#isPaired = false;
    if (this.#session?.isAttached === false) this.#fail(error ?? this.#whyOver());
  }

  /** Whoever leaves after attempts that came to nothing has given up on finding a way. */
  #whyOver(): PeerError {
    if (this.#failures === 0) return new PeerError("peer-gone", GONE);
    return this.#isCutOff ? new PeerError("server-gone", CUT_OFF) : new PeerError("no-path", NO_PATH);
  }

  #fail(error: PeerError): void {
    this.#session?.fail(error);
  }

  #ended(result: Outcome | PeerError): void {
    const { pair, transfer, onEnd } = this.#options;
    const code = result instanceof PeerError ? END_CODES.find((each) => each === result.code) ?? null : null;
    this.#cancelTimer();
    this.#count();
    this.#connector.close();
    void pair.part(code);
    transfer.ended(result);
    onEnd(!(result instanceof PeerError));
  }

  #setTimer(seconds: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.timer(seconds, action);
  }
}
