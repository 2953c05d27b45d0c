/**
 * Links to one peer: descriptions and candidates in and out over a sealed pair, links out.
 *
 * Role A makes the attempts, role B answers; attempts are numbered, and whatever belongs to an older one is ignored. The
 * last one stays reachable as long as its link stands, so that its ICE can be restarted (docs/protocol.md, "Links").
 */

import type { Candidate, ConnectionReport, Description, Network, SealedMessage } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Role } from "../secure/pake.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { Attempt } from "./attempt.ts";
import type { ChannelLink } from "./link.ts";
import { watchNetwork } from "./network.ts";

/** What a connector is made from; `ice` is asked at each attempt, since credentials of relays expire. */
export interface ConnectorOptions {
  readonly role: Role;
  readonly timer: Timer;
  readonly ice: () => readonly IceServer[];
  /** Only relays may be used. */
  readonly isRelayOnly: boolean;
  readonly send: (message: SealedMessage) => void;
  readonly onLink: (link: ChannelLink) => void;
  /** An attempt came to nothing, as far as can be told; once for each. */
  readonly onFailed: (report: ConnectionReport) => void;
  /** No datagram seems to get from one side to the other (prospects.ts). */
  readonly onBarred: () => void;
}

/** Makes links to one peer. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #unwatch: () => void;
  #attempt: Attempt | null = null;
  #isClosed = false;
  /** When both knew that they want a link, which no attempt has brought yet: role A wants it, or its first offer says so. */
  #knew: number | null = null;

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#unwatch = watchNetwork(() => this.#attempt?.moved());
  }

  /** Role A: starts a new attempt; an older one is given up. */
  connect(): void {
    if (!this.#isClosed) this.#begin((this.#attempt?.number ?? -1) + 1);
  }

  /** A message of the other side about an attempt. */
  handle(message: Description | Candidate | Network): void {
    if (this.#isClosed) return;
    const isNew = message.t === "description" && message.kind === "offer" && message.link > (this.#attempt?.number ?? -1);
    if (isNew && this.#options.role === "B") this.#begin(message.link);
    const attempt = this.#attempt;
    if (attempt?.number !== message.link) return;
    if (message.t === "description") attempt.described(message);
    else if (message.t === "candidate") attempt.add(message.candidates);
    else attempt.learned(message.mapping);
  }

  /** Gives up what is under way; links live on. */
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#attempt?.close();
  }

  #begin(number: number): void {
    const { role, ice, isRelayOnly, timer, send, onBarred } = this.#options;
    this.#attempt?.supersede();
    const knew = (this.#knew ??= now());
    const [onOpen, onFailed] = [(link: ChannelLink) => this.#opened(link), (report: ConnectionReport) => this.#failed(report)];
    this.#attempt = new Attempt({ role, number, ice, isRelayOnly, timer, knew }, { send, onOpen, onFailed, onBarred });
  }

  #opened(link: ChannelLink): void {
    this.#knew = null;
    this.#options.onLink(link);
  }

  /** What is told after the end is told to nobody. */
  #failed(report: ConnectionReport): void {
    if (!this.#isClosed) this.#options.onFailed(report);
  }
}
