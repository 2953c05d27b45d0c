/**
 * Which road carries a session, and what to do about it: attempts over a WebRTC channel, and the relay inside the WebSocket,
 * which is the last of the ladder (docs/protocol.md, "The relay inside a WebSocket"). Pure: events in, steps out.
 *
 * Role A decides: it makes the attempts, begins links through the relay, and goes over to what is better. Role B follows: it uses
 * what opens, and a second road as soon as A does.
 */

import type { Role } from "../secure/pake.ts";
import { delay } from "../signaling/backoff.ts";

/** What carries the session: nothing, a channel, a channel that gives no answer for now, or the relay. */
export type Road = "none" | "channel" | "silent" | "relay";

export type RoadEvent =
  /** Both sides know each other, and the receiver wants it. */
  | "began"
  /** A channel opened; its path gives no answer; it does again; nothing comes of an attempt, as far as can be told. */
  | "opened"
  | "silent"
  | "back"
  | "despaired"
  /** A link through the relay opened; the other side uses it; none came of it. */
  | "relay-opened"
  | "relay-used"
  | "relay-failed"
  /** What carried the session is gone. */
  | "lost";

/** What the tables ask for; `#step` says what that means here and now. */
export type RoadAction =
  /** Make an attempt now; again, after a while; to leave the relay. */
  | "attempt"
  | "again"
  | "look"
  /** Begin a link through the relay now; in a second. */
  | "relay"
  | "relay-soon"
  /** Go over to the link through the relay; let go of one that is not needed. */
  | "use-relay"
  | "drop-relay"
  /** Wait for what the other side does. */
  | "wait";

/** What to do; `after` is in seconds, and replaces a step of the same kind that is still to come. */
export type Step =
  | { readonly type: "attempt" | "relay" | "give-up"; readonly after: number }
  | { readonly type: "use-relay" | "drop-relay" };

type Steps = Readonly<Record<Road, Readonly<Partial<Record<RoadEvent, readonly [Road, ...RoadAction[]]>>>>>;

/** What is not listed changes nothing. */
export const ROADS: Readonly<Record<Role, Steps>> = {
  A: {
    none: {
      began: ["none", "attempt", "relay-soon"],
      opened: ["channel", "drop-relay"],
      despaired: ["none", "relay", "again"],
      "relay-opened": ["relay", "use-relay", "look"],
      "relay-failed": ["none", "relay", "again"],
    },
    channel: { silent: ["silent", "relay"], lost: ["none", "relay", "again"], "relay-opened": ["channel", "drop-relay"] },
    silent: {
      opened: ["channel", "drop-relay"],
      back: ["channel", "drop-relay"],
      lost: ["none", "relay", "again"],
      "relay-opened": ["relay", "use-relay", "look"],
      "relay-failed": ["silent", "relay"],
    },
    relay: { opened: ["channel"], despaired: ["relay", "look"], lost: ["none", "relay", "again"] },
  },
  B: {
    none: { opened: ["channel"], "relay-opened": ["relay", "use-relay"], "relay-used": ["relay", "use-relay"] },
    channel: { silent: ["silent"], lost: ["none", "wait"], "relay-used": ["relay", "use-relay"] },
    silent: {
      opened: ["channel"],
      back: ["channel"],
      lost: ["none", "wait"],
      "relay-opened": ["relay", "use-relay"],
      "relay-used": ["relay", "use-relay"],
    },
    relay: { opened: ["channel"], lost: ["none", "wait"], "relay-opened": ["relay", "use-relay"] },
  },
};

/** How long other ways have before the relay is taken, in seconds: a direct one is open by then, or slow. */
const RELAY_SOON_S = 1;

/** Attempts, and links through the relay, that may fail in a row before role A gives up: ten seconds. */
const TRIES = 3;

/** Between attempts to leave a relay, the last one for ever, in seconds: what does not change soon seldom changes. */
const LOOKS_S = [5, 15, 60] as const;

/** How long role B waits for role A after its link broke, in seconds: all that A tries, and the waits between. */
const WAIT_S = 120;

/** A link that is lost sooner counts as a try that failed, in seconds: whatever breaks each link must not be tried for ever. */
const STABLE_S = 5;

/** Whether something is being tried: not, to begin at a set time, or now. */
type Trying = "no" | "soon" | "now";

/** The roads of one session. */
export class Roads {
  readonly #table: Steps;
  readonly #canRelay: boolean;
  readonly #random: () => number;
  #road: Road = "none";
  #isTrying = false;
  #relay: Trying = "no";
  /** In a row, links that were lost at once among them. */
  #failures = { channel: 0, relay: 0 };
  #since = 0;
  #looks = 0;

  /** `canRelay`: both sides have a ticket for the relay, and want to use it. */
  constructor(role: Role, canRelay: boolean, random: () => number = Math.random) {
    this.#table = ROADS[role];
    this.#canRelay = canRelay;
    this.#random = random;
  }

  get road(): Road {
    return this.#road;
  }

  /** What to do about what happened; `now` is in seconds of any one clock. */
  happened(event: RoadEvent, now: number): readonly Step[] {
    this.#note(event, now);
    const [road, ...actions] = this.#table[this.#road][event] ?? [this.#road];
    this.#road = road;
    return actions.flatMap((action) => this.#step(action));
  }

  #note(event: RoadEvent, now: number): void {
    if (event === "opened" || event === "despaired" || event === "lost") this.#isTrying = false;
    if (event === "relay-opened" || event === "relay-failed") this.#relay = "no";
    if (event === "despaired") this.#failures.channel += 1;
    if (event === "relay-failed") this.#failures.relay += 1;
    if (event === "opened" || event === "relay-opened") this.#since = now;
    if (event === "opened") this.#looks = 0;
    if (event === "lost") this.#noteLoss(now);
  }

  #noteLoss(now: number): void {
    if (now - this.#since >= STABLE_S) this.#failures = { channel: 0, relay: 0 };
    else this.#failures[this.#road === "relay" ? "relay" : "channel"] += 1;
  }

  #step(action: RoadAction): readonly Step[] {
    switch (action) {
      case "attempt":
        return this.#try(0);
      case "again":
        return this.#failures.channel < TRIES ? this.#try(delay(this.#failures.channel, this.#random())) : this.#giveUp();
      case "look":
        return this.#lookAgain();
      case "relay":
        return this.#relayNow();
      case "relay-soon":
        return this.#canRelay ? this.#relayIn("soon", RELAY_SOON_S) : [];
      case "use-relay":
        return [{ type: "use-relay" }];
      case "drop-relay":
        this.#relay = "no";
        return [{ type: "drop-relay" }];
      case "wait":
        return [{ type: "give-up", after: WAIT_S }];
    }
  }

  #try(after: number): readonly Step[] {
    if (this.#isTrying) return [];
    this.#isTrying = true;
    return [{ type: "attempt", after }];
  }

  #lookAgain(): readonly Step[] {
    const steps = this.#try(LOOKS_S[Math.min(this.#looks, LOOKS_S.length - 1)] as number);
    this.#looks += steps.length;
    return steps;
  }

  #relayNow(): readonly Step[] {
    if (!this.#mayRelay || this.#relay === "now") return [];
    return this.#relayIn("now", this.#failures.relay === 0 ? 0 : delay(this.#failures.relay, this.#random()));
  }

  #relayIn(state: Trying, after: number): readonly Step[] {
    this.#relay = state;
    return [{ type: "relay", after }];
  }

  get #mayRelay(): boolean {
    return this.#canRelay && this.#failures.relay < TRIES;
  }

  /** Unless something is still under way. */
  #giveUp(): readonly Step[] {
    return this.#isTrying || this.#relay !== "no" ? [] : [{ type: "give-up", after: 0 }];
  }
}
