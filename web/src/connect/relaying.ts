/**
 * Links to one peer through the relay inside the WebSocket (docs/protocol.md): keys in and out over a sealed pair, links out.
 *
 * Role A begins each link, role B answers; they are numbered apart from the attempts over other ways, and the latest counts.
 */

import type { Relay, RelayTrouble, SealedMessage } from "../gen/peer.ts";
import { type Bytes, fromBase64url, toBase64url } from "../secure/encoding.ts";
import type { Role } from "../secure/pake.ts";
import { Exchange, RecordError } from "../secure/records.ts";
import type { Timer } from "../timers/timers.ts";
import { type RelayAccess, RelayLink } from "./relay_link.ts";
import { ofWebSocket } from "./trouble.ts";

export interface RelayingOptions {
  readonly role: Role;
  /** The secret of the meeting, to which the keys are bound. */
  readonly bind: Bytes;
  readonly access: RelayAccess;
  readonly timer: Timer;
  readonly send: (message: SealedMessage) => void;
  readonly onLink: (link: RelayLink) => void;
  /** The other side uses the link that opened last, before this side does. */
  readonly onUsed: () => void;
  readonly onFailed: (trouble: RelayTrouble) => void;
}

/** Makes links through the relay. */
export class Relaying {
  readonly #options: RelayingOptions;
  #number = -1;
  /** Goes up whenever what is under way is given up. */
  #round = 0;
  #exchange: Exchange | null = null;
  #link: RelayLink | null = null;

  constructor(options: RelayingOptions) {
    this.#options = options;
  }

  /** Role A: begins a link; the one before is given up. */
  async connect(): Promise<void> {
    const number = this.#number + 1;
    const round = this.#next(number);
    const exchange = await this.#exchangeFor(number);
    if (round !== this.#round) return;
    this.#exchange = exchange;
    this.#tell(number, exchange);
    this.#dial(number);
  }

  /** The other side's key for a link. */
  async handle({ link, key }: Relay): Promise<void> {
    const other = fromBase64url(key) ?? new Uint8Array();
    if (this.#options.role === "B" && link > this.#number) return this.#answer(link, other);
    if (this.#options.role === "A" && link === this.#number && this.#exchange !== null) return this.#finish(this.#exchange, other);
  }

  /** Gives up the last link; after its last words, if it was in use. */
  drop(): void {
    this.#next(this.#number);
  }

  async #answer(number: number, other: Bytes): Promise<void> {
    const round = this.#next(number);
    const exchange = await this.#exchangeFor(number);
    if (round !== this.#round) return;
    this.#tell(number, exchange);
    this.#dial(number);
    await this.#finish(exchange, other);
  }

  async #finish(exchange: Exchange, other: Bytes): Promise<void> {
    const link = this.#link;
    this.#exchange = null;
    try {
      link?.secured(await exchange.finish(other));
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      void link?.hangUp();
    }
  }

  #next(number: number): number {
    const link = this.#link;
    this.#link = this.#exchange = null;
    void link?.hangUp();
    this.#number = number;
    return (this.#round += 1);
  }

  #exchangeFor(link: number): Promise<Exchange> {
    const { role, bind } = this.#options;
    return Exchange.make({ role, bind, link });
  }

  #tell(link: number, exchange: Exchange): void {
    this.#options.send({ t: "relay", link, key: toBase64url(exchange.public) });
  }

  #dial(number: number): void {
    const { role, access, timer, onLink, onUsed, onFailed } = this.#options;
    const link = new RelayLink({
      role,
      number,
      access,
      timer,
      onOpen: () => link === this.#link && onLink(link),
      onUsed: () => link === this.#link && onUsed(),
      onFailed: (code, detail) => link === this.#link && onFailed(ofWebSocket(access.url, code, detail)),
    });
    this.#link = link;
  }
}
