/** A look at the own network, when a person asks for it. */

import { findingsOf } from "../check/findings.ts";
import { probe } from "../check/probe.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Timer } from "../timers/timers.ts";
import { Cell } from "./cell.ts";
import type { Check, CheckState, ServerState, Watchable } from "./model.ts";

/** How long the servers that only the server knows are waited for, in seconds. */
const SERVER_S = 5;

/** What a check needs. */
export interface CheckOptions {
  readonly server: Watchable<ServerState>;
  readonly ice: () => readonly IceServer[];
  readonly timer: Timer;
}

/** One check; it begins at once. */
export class NetworkCheck implements Check {
  readonly state = new Cell<CheckState>({ kind: "running" });
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
    void this.#run();
  }

  async #run(): Promise<void> {
    const { ice, timer } = this.#options;
    try {
      const isOnline = await this.#signedIn();
      this.state.set({ kind: "done", findings: findingsOf(await probe(ice(), isOnline, timer)) });
    } catch (error) {
      this.state.set({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Waits for the server for a while. */
  async #signedIn(): Promise<boolean> {
    const { server, timer } = this.#options;
    const done = Promise.withResolvers<boolean>();
    const cancel = timer(SERVER_S, () => done.resolve(false));
    const unwatch = server.watch(({ kind }) => {
      if (kind === "online" || kind === "refused") done.resolve(kind === "online");
    });
    const isOnline = await done.promise;
    cancel();
    unwatch();
    return isOnline;
  }
}
