/**
 * How one side lets the other send the first checks of a generation of ICE (see again.ts for what that is good for). Pure.
 *
 * It keeps what the other side names until that side has learnt its own new addresses and had a moment to send to them. The moment is
 * counted from what was told, not from what was heard: a page that is busy may hear long before it tells.
 */

import type { Timer } from "../timers/timers.ts";

/**
 * From telling this side's addresses until the other side has sent a check to them, in seconds: the way there, and as long as Chromium,
 * whose selected pair works, sends nothing to a new one (its `check_receiving_interval`, 250 ms), and as much again for a busy page.
 */
export const LET_FIRST_S = 0.5;

/**
 * "off": nothing is kept. "gathering": this side has not told its address yet, so the other one cannot send. "told": it may be sending.
 */
type State = "off" | "gathering" | "told";

/** One side's courtesy towards the other, through all generations of one connection. */
export class Letting {
  readonly #timer: Timer;
  readonly #add: (candidates: readonly string[]) => void;
  #state: State = "off";
  #kept: (readonly string[])[] = [];
  #cancel = (): void => undefined;

  /** `add` makes use of candidates of the other side. */
  constructor(timer: Timer, add: (candidates: readonly string[]) => void) {
    this.#timer = timer;
    this.#add = add;
  }

  /** A generation begins in which the other side is let first; what was kept belongs to one that is past. */
  begin(): void {
    this.#kept = [];
    this.#be("gathering");
  }

  /** This side told candidates; an empty list ends them. One that is seen from outside is what the other side needs. */
  told(candidates: readonly string[]): void {
    if (this.#state !== "gathering" || !isEnough(candidates)) return;
    this.#be("told");
    this.#cancel = this.#timer(LET_FIRST_S, () => this.end());
  }

  /** Of the other side. */
  received(candidates: readonly string[]): void {
    if (this.#state === "off") this.#add(candidates);
    else this.#kept.push(candidates);
  }

  /** As it is to be taken in: what a busy side has found until it answers stands in its answer. It tells it again by itself. */
  stripped(answer: string): string {
    return this.#state === "off" ? answer : answer.replace(/^a=candidate:.*\r?\n/gm, "");
  }

  /** The other side had its time, or begins a generation of its own. */
  end(): void {
    this.#be("off");
    for (const candidates of this.#kept.splice(0)) this.#add(candidates);
  }

  #be(state: State): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#state = state;
  }
}

function isEnough(candidates: readonly string[]): boolean {
  return candidates.length === 0 || candidates.some((each) => / typ srflx /.test(each));
}
