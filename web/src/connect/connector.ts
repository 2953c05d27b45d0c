/**
 * Attempts to connect to one peer: descriptions and candidates in and out over a sealed pair, links out.
 *
 * Role A offers, role B answers; attempts are numbered, and whatever belongs to an older one is ignored
 * (docs/protocol.md, "Links").
 */

import type { Candidate, Description, SealedMessage } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Role } from "../secure/pake.ts";
import type { Timer } from "../timers/timers.ts";
import { Attempt } from "./attempt.ts";
import type { ChannelLink } from "./link.ts";

/** Bound of one attempt, in seconds: ICE checks of a hopeless pair go on for longer than a person waits. */
const CONNECT_S = 30;

/** What a connector is made from; `ice` is asked at each attempt, since credentials of relays expire. */
export interface ConnectorOptions {
  readonly role: Role;
  readonly timer: Timer;
  readonly ice: () => readonly IceServer[];
  readonly send: (message: SealedMessage) => void;
  readonly onLink: (link: ChannelLink) => void;
  /** An attempt came to nothing. */
  readonly onFailed: () => void;
}

/** Makes links to one peer. */
export class Connector {
  readonly #options: ConnectorOptions;
  #attempt: Attempt | null = null;
  #number = -1;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** Role A: starts a new attempt; an older one is given up. */
  connect(): void {
    this.#inTurn(async () => this.#options.send(await this.#begin(this.#number + 1).offer()));
  }

  /** A message of the other side about an attempt. */
  handle(message: Description | Candidate): void {
    this.#inTurn(() => this.#handle(message));
  }

  /** Gives up what is under way; links live on. */
  close(): void {
    this.#attempt?.close();
    this.#attempt = null;
  }

  /** One after the other: a candidate may arrive while the description before it is being taken in. */
  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => this.#fail(this.#attempt));
  }

  async #handle(message: Description | Candidate): Promise<void> {
    if (message.t === "description" && message.kind === "offer") {
      if (this.#options.role === "B" && message.link > this.#number) this.#options.send(await this.#begin(message.link).answer(message));
    } else if (message.link === this.#attempt?.number) {
      if (message.t === "description") await this.#attempt.answered(message);
      else await this.#attempt.add(message.candidates);
    }
  }

  #begin(number: number): Attempt {
    const { ice, timer, send } = this.#options;
    this.close();
    this.#number = number;
    const attempt = new Attempt(number, ice(), timer, {
      onOpen: (link) => this.#opened(attempt, link),
      onFailed: () => this.#fail(attempt),
      onCandidates: (message) => send(message),
    });
    this.#attempt = attempt;
    timer(CONNECT_S, () => this.#fail(attempt));
    return attempt;
  }

  #opened(attempt: Attempt, link: ChannelLink): void {
    if (attempt !== this.#attempt) return void link.close();
    this.#attempt = null;
    this.#options.onLink(link);
  }

  #fail(attempt: Attempt | null): void {
    if (attempt === null || attempt !== this.#attempt) return;
    this.close();
    this.#options.onFailed();
  }
}
