/**
 * What is told of the links of one conversation: to the person the path and the report, and to the server, for its operator's
 * counters, the way and the times of its phases.
 */

import { pathOf, relayedReport } from "../connect/report.ts";
import type { ConnectionReport, RelayTrouble } from "../gen/peer.ts";
import type { Pair } from "../signaling/pair.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import type { Transfer } from "./transfer.ts";

/** A way that has lasted so long is counted, in seconds: what can be direct leaves a relay by then. */
const LASTING_S = 3;

export interface TellingOptions {
  readonly pair: Pair;
  readonly transfer: Transfer;
  readonly timer: Timer;
  readonly isRelayOnly: boolean;
  /** Whether there is the relay inside the WebSocket, so that nobody is told to ask for one. */
  readonly canRelay: boolean;
}

/** Knows the present report, and why the last attempt failed. */
export class Telling {
  readonly #options: TellingOptions;
  /** When the two knew each other, or lost the link before. */
  #knew = now();
  #present: ConnectionReport | null = null;
  #failure: ConnectionReport | null = null;
  /** Why the relay inside the WebSocket, when it was tried last, did not bring the two together. */
  #trouble: RelayTrouble | null = null;
  #counted = "";

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** From now on the two look for a way. */
  began(): void {
    this.#knew = now();
  }

  /** A link is used whose report comes later. */
  opened(): void {
    this.#present = null;
    this.#options.transfer.linked(null);
  }

  /** How the present channel is connected: told twice, since the statistics need a while to be right. */
  connected(report: ConnectionReport): void {
    const isLasting = report.outcome === this.#present?.outcome;
    this.#show(report);
    if (isLasting) this.count();
  }

  /** This link through the relay is used; it is counted if it still `isUsed` a while later. */
  relayed(link: number, isUsed: () => boolean): void {
    this.#trouble = null;
    this.#showRelayed(link, Math.round((now() - this.#knew) * 1000) / 1000);
    this.#options.timer(LASTING_S, () => isUsed() && this.count());
  }

  /** An attempt came to nothing; on a relay it says why there is nothing better. */
  attempted(report: ConnectionReport, relay: number | null): void {
    const reasons = report.reasons?.filter((reason) => reason !== "no-relay" || !this.#options.canRelay) ?? [];
    this.#failure = { ...report, reasons };
    if (relay === null) this.#tellFailure(this.#failure);
    else this.#showRelayed(relay, this.#present?.phases?.opened ?? 0);
  }

  /** The relay inside the WebSocket did not open; of that alone nothing is told while other ways are tried. */
  relayFailed(trouble: RelayTrouble): void {
    this.#trouble = trouble;
    if (this.#present !== null) this.#show(this.#present);
    else if (this.#failure !== null) this.#tellFailure(this.#failure);
  }

  /** The server counts each way once, with the time that it took. */
  count(): void {
    const report = this.#present;
    if (report === null || pathOf(report) === null || report.outcome === this.#counted) return;
    this.#counted = report.outcome;
    this.#options.pair.report(report.outcome, report.phases);
  }

  /** It counts, too, that no way was found. */
  countFailure(): void {
    this.#options.pair.report("failed", this.#failure?.phases);
  }

  #showRelayed(link: number, opened: number): void {
    this.#show(relayedReport(link, opened, this.#failure, this.#options.isRelayOnly));
  }

  #show(report: ConnectionReport): void {
    this.#present = report;
    this.#options.transfer.linked(pathOf(report), this.#whole(report));
  }

  #tellFailure(report: ConnectionReport): void {
    this.#options.transfer.attempted(this.#whole(report));
  }

  #whole(report: ConnectionReport): ConnectionReport {
    return this.#trouble === null ? report : { ...report, relays: [...(report.relays ?? []), this.#trouble] };
  }
}
