/** The relays that one pair may use, kept fresh while it lasts. Twin of pypeer/relaying.py. */

import { Renewal } from "../connect/renewal.ts";
import { PeerError } from "../errors.ts";
import type { IceServer, Knocked, Met, Renewed } from "../gen/signaling.ts";
import type { SignalingClient } from "../signaling/client.ts";
import type { Timer } from "../timers/timers.ts";

/** What the server tells of relays. */
type Told = Pick<Met | Knocked | Renewed, "pair" | "ice" | "relay" | "ttl">;

/** What a pair may use. Call `keep` to have it renewed in time, and `close` in the end. */
export class PairRelays {
  readonly #client: Pick<SignalingClient, "ice" | "ask">;
  readonly #timer: Timer;
  readonly #pair: string;
  readonly #renewal: Renewal;
  #ice: readonly IceServer[];
  #ticket: string | null;
  #cancel: () => void = () => undefined;

  constructor(client: Pick<SignalingClient, "ice" | "ask">, timer: Timer, { pair, ice = [], relay, ttl }: Told) {
    this.#client = client;
    this.#timer = timer;
    this.#pair = pair;
    this.#ice = ice;
    this.#ticket = relay ?? null;
    this.#renewal = new Renewal(ttl ?? null);
  }

  /** The servers of everybody, and those of this pair, as they are known now. */
  get ice(): readonly IceServer[] {
    return [...this.#client.ice, ...this.#ice];
  }

  /** Admits to the relay inside the WebSocket. */
  get ticket(): string | null {
    return this.#ticket;
  }

  /** From now on, renews what is told before its time is over. */
  keep(): void {
    this.#cancel();
    const { wait } = this.#renewal;
    if (wait !== null) this.#cancel = this.#timer(wait, () => void this.#renew());
  }

  close(): void {
    this.#cancel();
    this.#renewal.end();
  }

  async #renew(): Promise<void> {
    if (!this.#renewal.ask()) return;
    try {
      this.#renewed(await this.#client.ask({ t: "renew", pair: this.#pair }));
    } catch (error) {
      this.#renewal.refused(error instanceof PeerError && error.retry);
    }
    this.keep();
  }

  #renewed({ ice = [], relay, ttl }: Renewed): void {
    this.#renewal.renewed(ttl ?? null);
    this.#ice = ice;
    this.#ticket = relay ?? this.#ticket;
  }
}
