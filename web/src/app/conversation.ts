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
import { Telling } from "./telling.ts";
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
  readonly #telling: Telling;
  /** Steps that are still to come. */
  readonly #due: Due<Step["type"]>;
  #session: Talk | null = null;
  #current: Link | null = null;
  #relayLink: RelayLink | null = null;
  /** Why the last attempt came to nothing; null once a link opened. */
  #failure: PeerError | null = null;
  #isPaired = true;

  constructor(options: ConversationOptions) {
    const { pair, relay } = options;
    this.#telling = new Telling({ ...options, canRelay: relay !== null });
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
    this.#telling.began();
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
    link.onReport = (report) => link === this.#current && this.#connected(report);
    link.onInterrupted = () => link === this.#current && this.#interrupted();
    this.#happened("opened");
    this.#telling.opened();
    this.#use(link);
  }

  /** It is told, too, when a path that was silent gives answers again. */
  #connected(report: ConnectionReport): void {
    this.#happened("back");
    this.#telling.connected(report);
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
    this.#telling.began();
    if (this.#isPaired) this.#happened("lost");
    else this.#fail(gone());
  }

  /** An attempt came to nothing. */
  #failed(report: ConnectionReport): void {
    this.#failure = this.#options.pair.isReachable ? noPath() : cutOff();
    this.#telling.attempted(report, this.#current !== null && this.#current === this.#relayLink ? this.#relayLink.number : null);
    this.#happened("despaired");
    if (!this.#isPaired && this.#current === null) this.#giveUp();
  }

  #happened(event: RoadEvent): void {
    for (const step of this.#roads.happened(event, now())) this.#do(step);
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
    this.#telling.relayed(link.number);
    this.#options.timer(LASTING_S, () => link === this.#current && this.#telling.count());
  }

  /** Moves the session: what is on its way over a relay still arrives there, what was on a broken path is asked for again. */
  #use(link: Link): void {
    const leavesRelay = this.#current !== null && this.#current === this.#relayLink && link !== this.#relayLink;
    this.#due.cancel("give-up");
    this.#current = link;
    this.#failure = null;
    this.#session?.attach(link, leavesRelay ? 0 : null);
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
    this.#telling.countFailure();
    this.#fail(this.#whyOver());
  }

  /** Whoever leaves after attempts that came to nothing has given up on finding a way. */
  #whyOver(): PeerError {
    return this.#failure ?? gone();
  }

  #fail(error: PeerError): void {
    this.#session?.fail(error);
  }

  #ended(result: Outcome | PeerError): void {
    const { pair, transfer, onEnd } = this.#options;
    const code = result instanceof Error ? END_CODES.find((each) => each === result.code) ?? null : null;
    this.#due.cancelAll();
    this.#telling.count();
    this.#connector.close();
    this.#relaying?.drop();
    void pair.part(code);
    transfer.ended(result);
    onEnd(!(result instanceof Error));
  }
}
