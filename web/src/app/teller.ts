/** Tells the server of a library: publishes it, in each new session again, and announces what is in it. After pypeer/library/teller.py. */

import { Announcing, type Announcement } from "../directory/announcing.ts";
import type { PublicFile } from "../directory/forms.ts";
import { PeerError } from "../errors.ts";
import type { Place } from "../spaces/place.ts";
import { now } from "../timers/clock.ts";
import type { Peer } from "./peer.ts";

/** How long files are gathered that have been read, so that messages are full, in seconds. */
const GATHER_S = 0.5;

/** How long to wait before the server is asked again that cannot publish now, if it does not say, in seconds. */
const AGAIN_S = 5;

export interface TellerEvents {
  /** The server knows something else than before. */
  readonly onNews: () => void;
  /** It cannot be published any more. */
  readonly onFailed: (error: unknown) => void;
}

/** Of one library. */
export class Teller {
  readonly told = new Announcing();
  readonly #peer: Pick<Peer, "client" | "timer">;
  readonly #events: TellerEvents;
  /** Where it is published; null before that is known, and once it is over. */
  #place: Place | null = null;
  #library: string | null = null;
  /** Counts publications: what belongs to an older one is of no matter. */
  #round = 0;
  #isTelling = false;

  constructor(peer: Pick<Peer, "client" | "timer">, events: TellerEvents) {
    this.#peer = peer;
    this.#events = events;
  }

  /** What the server calls it; null while it does not know it. */
  get library(): string | null {
    return this.#library;
  }

  /** Publishes it there, and not where it was before. */
  move(place: Place): void {
    this.#withdraw();
    this.#place = place;
    this.told.putAs(place.form);
    this.#begin();
  }

  /** The session with the server is gone, and the library with it: it is published again in the new one. */
  lost(): void {
    if (this.#library !== null) this.#begin();
  }

  /** Ends it, for all that the server knows. */
  close(): void {
    this.#withdraw();
    this.#place = null;
    this.#round += 1;
  }

  put(file: PublicFile): void {
    this.told.put(file);
    this.#tellIn(GATHER_S);
  }

  /** Files are not there any more; more is to come. */
  drop(paths: readonly string[]): void {
    for (const path of paths) this.told.drop(path);
    this.told.complete(false);
  }

  /** All that is there has been put. */
  complete(): void {
    this.told.complete();
    this.#tell();
  }

  #begin(): void {
    this.#library = null;
    this.told.lose();
    this.#round += 1;
    void this.#publish(this.#round);
  }

  #withdraw(): void {
    if (this.#library !== null) this.#peer.client.post({ t: "withdraw", library: this.#library });
    this.#library = null;
  }

  async #publish(round: number): Promise<void> {
    const { publish } = this.#place as Place;
    try {
      const { library, most } = await this.#peer.client.ask(publish);
      this.#published(round, library, most);
    } catch (error) {
      if (round === this.#round) this.#notPublished(round, error);
    }
  }

  /** It may have been stopped, or moved, meanwhile. */
  #published(round: number, library: string, most: number): void {
    if (round !== this.#round) return this.#peer.client.post({ t: "withdraw", library });
    this.#library = library;
    this.told.begin(library, most);
    this.#tell();
  }

  #notPublished(round: number, error: unknown): void {
    if (!(error instanceof PeerError) || !error.retry) return this.#events.onFailed(explained(error));
    this.#peer.timer(error.wait ?? AGAIN_S, () => {
      if (round === this.#round) void this.#publish(round);
    });
  }

  #tellIn(seconds: number): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#peer.timer(seconds, () => {
      this.#isTelling = false;
      this.#tell();
    });
  }

  /** All that can be told now. */
  #tell(): void {
    if (this.#place === null) return;
    for (let next = this.told.next(now()); next !== null; next = this.told.next(now())) void this.#say(next, this.#round);
    const { deadline } = this.told;
    if (deadline !== null) this.#tellIn(Math.max(0, deadline - now()));
    this.#events.onNews();
  }

  async #say({ ticket, message }: Announcement, round: number): Promise<void> {
    try {
      const said = await message();
      if (round !== this.#round) return; // it is told anew where it is now
      await this.#peer.client.ask(said);
      this.told.answered(ticket);
    } catch (error) {
      const { retry = false, wait = null } = error instanceof PeerError ? error : {};
      this.told.refused(ticket, retry, now(), wait ?? undefined);
    }
    this.#tell();
  }
}

/** What is sealed an older server does not know. */
export function explained(error: unknown): unknown {
  if (!(error instanceof PeerError) || error.code !== "unknown-type") return error;
  return new PeerError(error.code, "This server cannot publish that: its operator has to update it. Nothing was published.", false);
}
