/** What a receiver tells: how far it is, that all is stored, which links are idle; sans-I/O. Twin of pypeer/transfer/telling.py. */

import type { PeerError } from "../errors.ts";
import { PROGRESS_S } from "../gen/peer_constants.ts";
import type { Outcome } from "./effects.ts";
import type { Fetch } from "./fetch.ts";
import { Joining } from "./joining.ts";
import type { Effects } from "./listing.ts";

/** What a sender is told of which nothing was asked before all was there. */
const ELSEWHERE = "it has come from somebody else meanwhile";

/** Knows what is fetched, and what was said of it. */
export abstract class Telling extends Joining {
  protected fetch: Fetch | null = null;
  #outcome: Outcome | null = null;
  #said = { bytes: -1, files: -1 };
  #saidAt = Number.NEGATIVE_INFINITY;

  protected report({ tally }: Fetch, now: number, isLast = false): void {
    if (now - this.#saidAt < PROGRESS_S && !isLast) return;
    const { storedBytes: bytes, storedFiles: files, bytes: total } = tally;
    this.#saidAt = now;
    const flows = this.bestOfEach("serving");
    if (bytes !== this.#said.bytes || files !== this.#said.files) {
      if (flows.length > 0) this.#said = { bytes, files };
      for (const flow of flows) this.send(flow, { t: "progress", bytes, files });
    }
    this.emit({ type: "progress", bytes, files, total, rate: this.rate.speed(now), left: this.rate.left(now, total - bytes) });
  }

  protected concluded(fetch: Fetch, now: number): void {
    this.step("concluded");
    this.report(fetch, now, true);
    const { storedFiles: files, storedBytes: bytes, failed } = fetch.tally;
    this.#outcome = { files, bytes, failed };
    this.tellDone();
  }

  /** On all links, for each may be about to break; the sender heeds the first that comes. */
  protected tellDone(): void {
    const serving = this.open("serving");
    if (this.#outcome === null || serving.length === 0) return;
    this.step("told");
    for (const flow of this.links.values()) {
      if (serving.every(({ source }) => source !== flow.source)) this.send(flow, { t: "cancel", message: ELSEWHERE });
    }
    this.say({ t: "done", ...this.#outcome }, "serving");
    this.end(this.#outcome);
  }

  /** Tells which links have just become idle: those worse than the best of their source, once all that was asked for there has come. */
  protected override flush(): Effects {
    const ranks = new Map(this.bestOfEach("offered").map(({ source, rank }) => [source, rank]));
    for (const flow of this.hasEnded ? [] : this.open("offered")) {
      const isIdle = flow.rank > (ranks.get(flow.source) as number) && !flow.isBusy;
      if (isIdle && !flow.isIdle) this.push({ type: "idle", link: flow.link });
      flow.isIdle = isIdle;
    }
    return super.flush();
  }

  /** Once all is stored, no end that comes from outside can make it a failure. */
  protected override end(result: Outcome | PeerError): void {
    super.end(this.#outcome ?? result);
  }
}
