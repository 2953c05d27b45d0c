/**
 * Which way a session takes, and when another is tried. Pure: what happens and the time in, what to do out. Twin of
 * pypeer/connect/roads.py, held to the same vectors (tests/vectors/roads.json).
 *
 * There are three roads to a peer (lanes.ts); a page has no TCP. Role A begins all attempts; role B follows, but each side moves its
 * session by the same rule: the best road that is open, else the best that is silent. The first two are tried together, and the one
 * that does not carry the session stands by. A relay is tried when there is no other way a moment after the start, at once when
 * there is none any more or none is to be hoped for (prospects.ts), and while it carries the session the better roads are tried
 * again, soon and then at growing intervals.
 */

import type { Role } from "../secure/pake.ts";
import { type Action, Lane, type Road, type RoadEvent, ROADS } from "./lanes.ts";

/** The roads that are better than the relay. */
const DIRECT = ["tcp", "ice"] as const;

/** How long ICE is ahead at the start: where it works it takes a few round trips, and most pairs need no relay then. */
const RELAY_AFTER_S = 1;

/**
 * Pauses between attempts to leave the relay; the last one stays. Soon, as the first attempt may have met a bad moment; then rarely,
 * as each tells all addresses anew and is in vain where only HTTP leaves the network.
 */
const BETTER_S = [5, 15, 60] as const;

/** How long the relay's link outlives a move to a better one at most; the receiver closes it as soon as all has arrived. */
const LINGER_S = 30;

/** How long a relay's link is kept that opened too late: the other side may still be moving to it, or away from it. */
const UNUSED_S = 3;

/** Attempts in a row that may fail on each road before role A gives up: ten seconds, each with fresh candidates. */
const ATTEMPTS = 3;

/** A link that is lost sooner counts as an attempt that failed: whatever breaks each link must not be tried for ever. */
const STABLE_S = 5;

/** How long role B waits for role A after its link broke: all attempts of role A, and the waits between them. */
const RECOVER_S = 120;

/** The policy of one side. Times are seconds of any one clock. */
export class Roads {
  readonly #role: Role;
  readonly #canRelay: boolean;
  readonly #delay: (failures: number) => number;
  readonly #canTcp: boolean;
  readonly #lanes: Readonly<Record<Road, Lane>> = { tcp: new Lane(), ice: new Lane(), relay: new Lane() };
  #carrying: Road | null = null;
  #isPaired = true;
  #quests = 0;
  #giveUpAt: number | null = null;
  #leaveAt: number | null = null;

  /**
   * `canRelay`: both sides have a ticket for the relay, and want to use it. `delay`: the pause after so many failures in a row.
   * `canTcp`: both can dial and listen.
   */
  constructor(role: Role, canRelay: boolean, delay: (failures: number) => number, canTcp = false) {
    this.#role = role;
    this.#canRelay = canRelay;
    this.#delay = delay;
    this.#canTcp = canTcp;
  }

  /** What the session uses. */
  get carrying(): Road | null {
    return this.#carrying;
  }

  /** When `tick` is to be called, whatever happens or not. */
  get deadline(): number | null {
    const dues = ROADS.map((road) => this.#lanes[road].due);
    const times = [...dues, this.#giveUpAt, this.#leaveAt].filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** The two know each other. */
  begin(now: number): readonly Action[] {
    if (this.#role === "A") {
      this.#lanes.tcp.due = this.#canTcp ? now : null;
      this.#lanes.ice.due = now;
      this.#lanes.relay.due = this.#canRelay ? now + RELAY_AFTER_S : null;
    }
    return this.tick(now);
  }

  /** Something happened on a road. */
  happened(road: Road, event: RoadEvent, now: number): readonly Action[] {
    this.#note(road, event, now);
    const moves = this.#move(event === "opened" ? road : null, now);
    if (!this.#isPaired) return this.#carrying === null ? [{ type: "give-up" }] : moves;
    const ends = this.#role === "A" ? this.#plan(now) : [];
    return [...moves, ...ends, ...this.tick(now)];
  }

  /** As far as can be told, no datagram gets from one side to the other: there is nothing to wait for. */
  barred(now: number): readonly Action[] {
    const { relay } = this.#lanes;
    if (relay.due !== null && relay.failures === 0) relay.due = Math.min(relay.due, now);
    return this.tick(now);
  }

  /** The two can tell each other nothing any more: what is open stays, and nothing new opens. */
  unpaired(): readonly Action[] {
    this.#isPaired = false;
    for (const road of ROADS) this.#lanes[road].due = null;
    return this.#carrying === null ? [{ type: "give-up" }] : [];
  }

  /** The session needs this road's link no longer. */
  idle(road: Road): readonly Action[] {
    return road === this.#carrying ? [] : this.#leave(road);
  }

  /** Time passes. */
  tick(now: number): readonly Action[] {
    if (this.#giveUpAt !== null && this.#giveUpAt <= now) {
      this.#giveUpAt = null;
      return [{ type: "give-up" }];
    }
    const actions: Action[] = [];
    if (this.#leaveAt !== null && this.#leaveAt <= now) {
      this.#leaveAt = null;
      actions.push(...this.#leave("relay"));
    }
    return [...actions, ...ROADS.flatMap((road) => this.#tryIfDue(road, now))];
  }

  #tryIfDue(road: Road, now: number): readonly Action[] {
    const lane = this.#lanes[road];
    if (lane.due === null || lane.due > now) return [];
    lane.due = null;
    lane.happened("try");
    return [{ type: "try", road }];
  }

  #note(road: Road, event: RoadEvent, now: number): void {
    const lane = this.#lanes[road];
    const stood = lane.stands;
    const before = lane.happened(event);
    if (event === "used" && lane.state === "open") this.#doubtOthers(road, now);
    if (event === "opened") [lane.since, lane.due] = [now, null];
    else if (event === "failed" && before === "trying") lane.failures += 1;
    else if (event === "lost" && stood) this.#countLoss(lane, now);
  }

  /** The other side has left the other road, unless it is just about to see that it opened. */
  #doubtOthers(used: Road, now: number): void {
    for (const road of ROADS) if (road !== used && now - this.#lanes[road].since >= UNUSED_S) this.#lanes[road].happened("silent");
  }

  #countLoss(lane: Lane, now: number): void {
    if (now - lane.since < STABLE_S) lane.failures += 1;
    else for (const road of ROADS) this.#lanes[road].failures = 0;
  }

  /** Use the best link there is; the same road again if a new link opened on it. */
  #move(opened: Road | null, now: number): readonly Action[] {
    const [best, before] = [this.#best, this.#carrying];
    if (opened === "relay" && best !== "relay") this.#leaveAt = now + UNUSED_S;
    if (best === before && (opened === null || opened !== best)) return [];
    this.#carrying = best;
    this.#giveUpAt = best === null && this.#role === "B" ? now + RECOVER_S : null;
    if (best === null) return [{ type: "lost" }];
    this.#planRelay(best, now);
    return [{ type: "use", road: best }, ...this.#leaveSilent(best)];
  }

  /** It is left when a better road carries the session; while it does, the others are planned anew. */
  #planRelay(best: Road, now: number): void {
    const { relay } = this.#lanes;
    if (best === "relay") {
      this.#leaveAt = null;
      for (const road of DIRECT) this.#lanes[road].due = null;
    } else {
      [relay.due, this.#quests] = [null, 0];
      this.#leaveAt = relay.state === "open" ? now + LINGER_S : null;
    }
  }

  /** What the session has moved away from: it must not come back with what was meant for then. */
  #leaveSilent(used: Road): readonly Action[] {
    const silent = ROADS.filter((road) => road !== used && this.#lanes[road].state === "silent");
    return silent.flatMap((road) => this.#leave(road));
  }

  get #best(): Road | null {
    const found = (["open", "silent"] as const).map((state) => ROADS.find((road) => this.#lanes[road].state === state));
    return found.find((road) => road !== undefined) ?? null;
  }

  #leave(road: Road): readonly Action[] {
    if (!this.#lanes[road].stands) return [];
    this.#lanes[road].happened("lost");
    return [{ type: "leave", road }];
  }

  /** Role A: when what is closed is tried next, or that there is no way. */
  #plan(now: number): readonly Action[] {
    const { tcp, ice, relay } = this.#lanes;
    if (ice.state === "closed" && this.#carrying !== "tcp") ice.due ??= this.#iceDue(ice, now);
    if (tcp.state === "closed" && this.#canTcp) tcp.due ??= this.#tcpDue(tcp, now);
    if (relay.state === "closed" && this.#canRelay && this.#needsRelay) relay.due = relay.failures < ATTEMPTS ? now + this.#pause(relay) : null;
    const isIdle = ROADS.every((road) => this.#lanes[road].state === "closed" && this.#lanes[road].due === null);
    return isIdle ? [{ type: "give-up" }] : [];
  }

  #iceDue(ice: Lane, now: number): number | null {
    if (this.#carrying === "relay") return now + (BETTER_S[Math.min(this.#quests++, BETTER_S.length - 1)] as number);
    return ice.failures < ATTEMPTS ? now + this.#delay(ice.failures) : null;
  }

  /** With ICE, while the relay carries; and beside ICE it is not tried again where it has failed. */
  #tcpDue(tcp: Lane, now: number): number | null {
    if (this.#carrying === "relay") return this.#lanes.ice.due;
    const most = this.#carrying === "ice" ? 1 : ATTEMPTS;
    return tcp.failures < most ? now + this.#delay(tcp.failures) : null;
  }

  /** Whether the other roads have nothing to offer; at the start, and only then, ICE is waited for. */
  get #needsRelay(): boolean {
    if (this.#carrying !== null) return this.#lanes[this.#carrying].state === "silent";
    const { ice } = this.#lanes;
    return ice.state === "closed" || ice.failures > 0;
  }

  #pause(relay: Lane): number {
    return relay.failures > 0 ? this.#delay(relay.failures) : 0;
  }
}
