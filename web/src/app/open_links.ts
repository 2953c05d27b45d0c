/** The links of a conversation that are open, by the road that they take, and which of them the session uses. Twin of pypeer/open_links.py. */

import type { Road } from "../connect/lanes.ts";
import type { Link } from "../connect/link.ts";
import type { Session } from "./session.ts";

/** What a conversation needs of a session (session.ts). */
export type Talk = Pick<Session<{ readonly type: string }>, "attach" | "fail" | "isAttached">;

/** A direct path ranks before the relay inside the WebSocket; over TCP only Python peers have one. */
const RANKS: Readonly<Record<Road, number>> = { tcp: 0, ice: 0, relay: 1 };

export class OpenLinks {
  readonly #links = new Map<Road, Link>();
  #used: Road | null = null;

  /** The road of the link that the session uses, or used last. */
  get used(): Road | null {
    return this.#used;
  }

  get isEmpty(): boolean {
    return this.#links.size === 0;
  }

  isOpen(road: Road): boolean {
    return this.#links.has(road);
  }

  /** Whether this is the present link of this road. */
  has(road: Road, link: Link): boolean {
    return this.#links.get(road) === link;
  }

  /** A link opened; the other side may notice first that the one before is dead. */
  opened(road: Road, link: Link): void {
    this.close(road);
    this.#links.set(road, link);
  }

  /**
   * Moves the session: what is on its way over a relay still arrives there, what was on a broken path is asked for again.
   * The link that is used now; null if it is gone.
   */
  use(road: Road, session: Talk | null): Link | null {
    const [link, leavesRelay] = [this.#links.get(road), this.#used === "relay" && road === "ice"];
    if (link === undefined) return null;
    this.#used = road;
    session?.attach(link, RANKS[road], !leavesRelay);
    return link;
  }

  close(road: Road): void {
    const link = this.#links.get(road);
    this.#links.delete(road);
    void link?.close();
  }
}
