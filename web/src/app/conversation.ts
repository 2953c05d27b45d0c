/**
 * Everything between two peers once they have met: links come and go under one transfer session. Twin of
 * pypeer/conversation.py.
 *
 * Which link is made, and which is used, is decided by `Roads` (connect/roads.ts); this carries it out. The pair with the server
 * may end while a link lives: the transfer goes on, and only when that link breaks too is there no way back.
 */

import { Connector } from "../connect/connector.ts";
import type { Action, Road, RoadEvent } from "../connect/lanes.ts";
import type { ChannelLink, Link } from "../connect/link.ts";
import type { RelayAccess, RelayLink } from "../connect/relay_link.ts";
import { Relaying } from "../connect/relaying.ts";
import { Roads } from "../connect/roads.ts";
import type { PeerError } from "../errors.ts";
import type { ConnectionReport, RelayTrouble, SealedMessage } from "../gen/peer.ts";
import { END_CODES } from "../gen/peer_constants.ts";
import type { IceServer } from "../gen/signaling.ts";
import { delay } from "../signaling/backoff.ts";
import type { Pair } from "../signaling/pair.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import type { Outcome } from "../transfer/effects.ts";
import { fromPeer } from "../transfer/endings.ts";
import { cutOff, gone, noPath } from "./no_way.ts";
import { OpenLinks, type Talk } from "./open_links.ts";
import type { SessionEvents } from "./session.ts";
import { Telling } from "./telling.ts";
import type { Transfer } from "./transfer.ts";
import { ServerWatch } from "./watching.ts";

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

/** One transfer with one peer. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #connector: Connector;
  readonly #relaying: Relaying | null;
  readonly #roads: Roads;
  readonly #telling: Telling;
  readonly #watch: ServerWatch;
  readonly #links = new OpenLinks();
  #session: Talk | null = null;
  /** The number of the last link through the relay. */
  #relayNumber = 0;
  /** Why the last attempt came to nothing; null once a link opened. */
  #failure: PeerError | null = null;
  #stopTimer: () => void = () => undefined;

  constructor(options: ConversationOptions) {
    const { pair, relay } = options;
    this.#telling = new Telling({ ...options, canRelay: relay !== null });
    this.#options = options;
    this.#roads = new Roads(pair.role, relay !== null, (failures) => delay(failures, Math.random()));
    this.#connector = this.#connectorOf(options);
    this.#relaying = relay === null ? null : this.#relayingOf(options, relay);
    this.#watch = this.#watchOf(options);
    pair.onMessage = (message) => this.#received(message);
    pair.onEnd = (byServer) => this.#unpaired(byServer ? this.#cutOff() : null);
  }

  /** For the session of this conversation. */
  get events(): SessionEvents {
    const { transfer } = this.#options;
    return {
      onEvent: (event) => transfer.event(event),
      onLost: () => this.#lost(),
      onIdle: (link) => this.#idle(link),
      onEnd: (result) => this.#ended(result),
    };
  }

  /** Connects, and sees the session through to its end. */
  start(session: Talk): void {
    this.#session = session;
    this.#watch.look();
    this.#telling.began();
    this.#do(this.#roads.begin(now()));
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
      onBarred: () => this.#do(this.#roads.barred(now())),
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
      onUsed: () => this.#happened("relay", "used"),
      onFailed: (trouble) => this.#relayFailed(trouble),
    });
  }

  #watchOf({ pair, timer }: ConversationOptions): ServerWatch {
    const isLinked = (): boolean => !this.#links.isEmpty;
    const onForsaken = (): void => this.#session?.fail(this.#cutOff());
    return new ServerWatch({ isLinked, isReachable: () => pair.isReachable, onForsaken }, timer);
  }

  // What happens on the roads

  #linked(link: ChannelLink): void {
    link.onReport = (report) => this.#links.has("ice", link) && this.#connected(report);
    link.onInterrupted = () => this.#links.has("ice", link) && this.#interrupted();
    this.#opened("ice", link);
  }

  #relayed(link: RelayLink): void {
    this.#relayNumber = link.number;
    this.#opened("relay", link);
  }

  #opened(road: Road, link: Link): void {
    this.#links.opened(road, link);
    this.#happened(road, "opened");
  }

  /** It is told, too, when a path that was silent gives answers again. */
  #connected(report: ConnectionReport): void {
    this.#happened("ice", "back");
    if (this.#links.used === "ice") this.#telling.connected(report);
  }

  #interrupted(): void {
    if (this.#links.used === "ice") this.#options.transfer.unlinked();
    this.#happened("ice", "silent");
  }

  #lost(): void {
    const road = this.#roads.carrying;
    if (road === null) return;
    this.#links.close(road);
    this.#happened(road, "lost");
  }

  /** All that was on its way there has arrived. */
  #idle(link: Link): void {
    if (this.#links.has("relay", link)) this.#do(this.#roads.idle("relay"));
  }

  /** An attempt came to nothing. */
  #failed(report: ConnectionReport): void {
    this.#failure = this.#options.pair.isReachable ? noPath() : this.#cutOff();
    this.#telling.attempted(report, this.#roads.carrying === "relay" ? this.#relayNumber : null);
    this.#happened("ice", "failed");
  }

  #relayFailed(trouble: RelayTrouble): void {
    this.#failure ??= noPath();
    this.#telling.relayFailed(trouble);
    this.#happened("relay", "failed");
  }

  #cutOff(): PeerError {
    return cutOff(this.#links.used !== null);
  }

  #happened(road: Road, event: RoadEvent): void {
    this.#do(this.#roads.happened(road, event, now()));
  }

  // What is done about it

  #do(actions: readonly Action[]): void {
    for (const action of actions) this.#act(action);
    this.#stopTimer();
    const { deadline } = this.#roads;
    if (deadline !== null) this.#stopTimer = this.#options.timer(Math.max(0, deadline - now()), () => this.#do(this.#roads.tick(now())));
  }

  #act(action: Action): void {
    switch (action.type) {
      case "try":
        return action.road === "ice" ? this.#connector.connect() : void this.#relaying?.connect();
      case "use":
        return this.#use(action.road);
      case "leave":
        return this.#links.close(action.road);
      case "lost":
        this.#options.transfer.unlinked();
        return this.#telling.began();
      case "give-up":
        return this.#giveUp();
    }
  }

  #use(road: Road): void {
    if (!this.#links.isOpen(road)) return;
    this.#failure = null;
    if (road === "ice") this.#telling.opened();
    const link = this.#links.use(road, this.#session);
    if (road === "relay" && link !== null) this.#telling.relayed(this.#relayNumber, () => this.#links.used === road && this.#links.has(road, link));
  }

  // What comes from the other side, and the end

  #received(message: SealedMessage): void {
    if (message.t === "part") return this.#unpaired(message.code == null ? null : fromPeer(message.code, ""));
    if (message.t === "meet" || message.t === "want" || message.t === "preview") return;
    if (message.t === "tcp" || message.t === "invite" || message.t === "delegate") return; // never sent to a page, which does not list their capabilities
    this.#options.transfer.agreed(); // whoever connects has agreed
    if (message.t === "relay") void this.#relaying?.handle(message);
    else this.#connector.handle(message);
  }

  #unpaired(error: PeerError | null = null): void {
    if (error !== null && this.#session?.isAttached === false) this.#session.fail(error);
    this.#do(this.#roads.unpaired());
  }

  #giveUp(): void {
    if (this.#failure !== null) this.#telling.countFailure();
    this.#session?.fail(this.#failure ?? gone());
  }

  #ended(result: Outcome | PeerError): void {
    const { pair, transfer, onEnd } = this.#options;
    const code = result instanceof Error ? END_CODES.find((each) => each === result.code) ?? null : null;
    this.#stopTimer();
    this.#watch.stop();
    this.#telling.count();
    this.#connector.close();
    this.#relaying?.drop();
    void pair.part(code);
    transfer.ended(result);
    onEnd(!(result instanceof Error));
  }
}
