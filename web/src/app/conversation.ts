/**
 * Everything between two peers once they have met: links come and go under one transfer session. Twin of
 * pypeer/conversation.py.
 *
 * Which link is made, and which is used, is decided by `Roads` (connect/roads.ts); this carries it out. The pair with the server
 * may end while a link lives: the transfer goes on, and only when that link breaks too is there no way back.
 */

import { Connector } from "../connect/connector.ts";
import type { ChannelLink, Link } from "../connect/link.ts";
import type { RelayAccess, RelayLink } from "../connect/relay_link.ts";
import { Relaying } from "../connect/relaying.ts";
import { pathOf, relayedReport } from "../connect/report.ts";
import { type RoadEvent, Roads, type Step } from "../connect/roads.ts";
import type { PeerError } from "../errors.ts";
import type { ConnectionReport, SealedMessage } from "../gen/peer.ts";
import { END_CODES } from "../gen/peer_constants.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Pair } from "../signaling/pair.ts";
import type { Timer } from "../timers/timers.ts";
import type { Outcome } from "../transfer/effects.ts";
import { fromPeer } from "../transfer/endings.ts";
import { Due } from "./due.ts";
import { cutOff, gone, noPath } from "./no_way.ts";
import { now, type Session, type SessionEvents } from "./session.ts";
import type { Transfer } from "./transfer.ts";

/** A way that has lasted so long is counted, in seconds: what can be direct leaves a relay by then. */
const LASTING_S = 3;

export interface ConversationOptions {
  readonly pair: Pair;
  readonly transfer: Transfer;
  readonly timer: Timer;
  readonly ice: () => readonly IceServer[];
  /** The relay inside the WebSocket, if both sides may use it. */
  readonly relay: RelayAccess | null;
  readonly isRelayOnly: boolean;
  readonly onEnd: (isDone: boolean) => void;
}

/** What a conversation needs of a session (session.ts). */
type Talk = Pick<Session<{ readonly type: string }>, "attach" | "fail" | "isAttached">;

/** One transfer with one peer. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #connector: Connector;
  readonly #relaying: Relaying | null;
  readonly #roads: Roads;
  /** Steps that are still to come. */
  readonly #due: Due<Step["type"]>;
  #session: Talk | null = null;
  #current: Link | null = null;
  #relayLink: RelayLink | null = null;
  /** When the two knew each other, or lost the link before. */
  #knew = now();
  /** The last attempt that came to nothing, and whether it had no server to carry its messages. */
  #failure: ConnectionReport | null = null;
  #isCutOff = false;
  #isPaired = true;
  /** The way that the server counted last, and the present one, which may still change. */
  #counted = "";
  #present: ConnectionReport | null = null;

  constructor(options: ConversationOptions) {
    const { pair, relay } = options;
    this.#options = options;
    this.#due = new Due(options.timer);
    this.#roads = new Roads(pair.role, relay !== null);
    this.#connector = this.#connectorOf(options);
    this.#relaying = relay === null ? null : this.#relayingOf(options, relay);
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
    this.#knew = now();
    this.#happened("began");
  }

  #connectorOf({ pair, timer, ice, isRelayOnly }: ConversationOptions): Connector {
    return new Connector({
      role: pair.role,
      timer,
      ice,
      isRelayOnly,
      send: (message) => pair.send(message),
      onLink: (link) => this.#linked(link),
      onFailed: (report) => this.#failed(report),
    });
  }

  #relayingOf({ pair, timer }: ConversationOptions, access: RelayAccess): Relaying {
    return new Relaying({
      role: pair.role,
      bind: pair.bind ?? new Uint8Array(),
      access,
      timer,
      send: (message) => pair.send(message),
      onLink: (link) => this.#relayed(link),
      onUsed: () => this.#happened("relay-used"),
      onFailed: () => this.#happened("relay-failed"),
    });
  }

  // What happens on the roads

  #linked(link: ChannelLink): void {
    link.onReport = (report) => link === this.#current && this.#reported(report);
    link.onInterrupted = () => link === this.#current && this.#interrupted();
    this.#happened("opened");
    this.#options.transfer.linked(null);
    this.#use(link);
  }

  #relayed(link: RelayLink): void {
    this.#relayLink = link;
    this.#happened("relay-opened");
  }

  #interrupted(): void {
    this.#options.transfer.unlinked();
    this.#happened("silent");
  }

  #lost(): void {
    this.#options.transfer.unlinked();
    this.#current = null;
    this.#knew = now();
    if (this.#isPaired) this.#happened("lost");
    else this.#fail(gone());
  }

  /** An attempt came to nothing. */
  #failed(report: ConnectionReport): void {
    this.#failure = report;
    this.#isCutOff = !this.#options.pair.isReachable;
    if (this.#current === this.#relayLink && this.#relayLink !== null) this.#tellRelayed(this.#relayLink);
    else this.#options.transfer.attempted(report);
    this.#happened("despaired");
    if (!this.#isPaired && this.#current === null) this.#giveUp();
  }

  #happened(event: RoadEvent): void {
    for (const step of this.#roads.happened(event)) this.#do(step);
  }

  // What is done about it

  #do(step: Step): void {
    switch (step.type) {
      case "attempt":
        return this.#due.set(step.type, step.after, () => this.#isPaired && this.#connector.connect());
      case "relay":
        return this.#due.set(step.type, step.after, () => void (this.#isPaired && this.#relaying?.connect()));
      case "give-up":
        return this.#due.set(step.type, step.after, () => this.#giveUp());
      case "drop-relay":
        this.#due.cancel("relay");
        return this.#relaying?.drop();
      case "use-relay":
        return this.#useRelay();
    }
  }

  #useRelay(): void {
    const link = this.#relayLink;
    if (link === null) return;
    this.#use(link);
    this.#tellRelayed(link, Math.round((now() - this.#knew) * 1000) / 1000);
    this.#options.timer(LASTING_S, () => link === this.#current && this.#count());
  }

  #use(link: Link): void {
    this.#due.cancel("give-up");
    this.#current = link;
    this.#present = null;
    this.#session?.attach(link);
  }

  // What is told

  /** Why there is nothing better may be known later than the link. */
  #tellRelayed({ number }: RelayLink, opened = this.#present?.phases?.opened ?? 0): void {
    this.#present = relayedReport(number, opened, this.#failure, this.#options.isRelayOnly);
    this.#options.transfer.linked(pathOf(this.#present), this.#present);
  }

  /** How the present channel is connected: told twice, since the statistics need a while to be right. */
  #reported(report: ConnectionReport): void {
    this.#happened("back");
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

  // What comes from the other side, and the end

  #received(message: SealedMessage): void {
    if (message.t === "part") return this.#unpaired(message.code == null ? null : fromPeer(message.code, ""));
    if (message.t === "meet" || message.t === "preview") return;
    this.#options.transfer.agreed(); // whoever connects has agreed
    if (message.t === "relay") void this.#relaying?.handle(message);
    else this.#connector.handle(message);
  }

  #unpaired(error: PeerError | null = null): void {
    this.#isPaired = false;
    if (this.#session?.isAttached === false) this.#fail(error ?? this.#whyOver());
  }

  #giveUp(): void {
    this.#options.pair.report("failed", this.#failure?.phases);
    this.#fail(this.#whyOver());
  }

  /** Whoever leaves after attempts that came to nothing has given up on finding a way. */
  #whyOver(): PeerError {
    if (this.#roads.failures === 0) return gone();
    return this.#isCutOff ? cutOff() : noPath();
  }

  #fail(error: PeerError): void {
    this.#session?.fail(error);
  }

  #ended(result: Outcome | PeerError): void {
    const { pair, transfer, onEnd } = this.#options;
    const code = result instanceof Error ? END_CODES.find((each) => each === result.code) ?? null : null;
    this.#due.cancelAll();
    this.#count();
    this.#connector.close();
    this.#relaying?.drop();
    void pair.part(code);
    transfer.ended(result);
    onEnd(!(result instanceof Error));
  }
}
