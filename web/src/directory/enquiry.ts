/**
 * Something that is asked of the directory again and again, as a person types or looks further; without I/O. Questions wait until
 * the person has paused, answers to older ones are dropped, a server that is busy is asked again, more comes page by page.
 *
 *     blank → waiting → asking → shown → asking (more) ...
 *                          ↘ held → asking (again) ...
 *                          ↘ failed
 */

/** Where it stands: nothing is asked, the person may go on typing, the answer is awaited, here, put off, or does not come. */
export type Stage = "blank" | "waiting" | "asking" | "shown" | "held" | "failed";

type Cause = "want" | "clear" | "due" | "more" | "answer" | "hold" | "fail";

const ANEW = { want: "waiting", clear: "blank" } as const;

/** What may happen at each stage, and where it leads. */
export const TRANSITIONS: Readonly<Record<Stage, Readonly<Partial<Record<Cause, Stage>>>>> = {
  blank: ANEW,
  waiting: { ...ANEW, due: "asking" },
  asking: { ...ANEW, answer: "shown", hold: "held", fail: "failed" },
  shown: { ...ANEW, more: "asking" },
  held: { ...ANEW, due: "asking" },
  failed: ANEW,
};

/** How long a question waits that was refused for the time being, in seconds, if the server does not say: its own measure of "too many" is a second. */
export const HOLD_S = 1;

/** What is to be asked; `before` is what has come so far, where this is about more of the same. */
export interface Question<Q, A> {
  readonly ticket: number;
  readonly query: Q;
  readonly before: A | null;
}

/** One enquiry; `pause` is for how many seconds a person has to be still before their question is asked. */
export class Enquiry<Q, A extends { readonly more: boolean }> {
  readonly #pause: number;
  #stage: Stage = "blank";
  #query: Q | null = null;
  #answer: A | null = null;
  /** Whether the answer that is here is to what is asked now. */
  #isCurrent = false;
  #ticket = 0;
  #due: number | null = null;

  constructor(pause: number) {
    this.#pause = pause;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** The latest answer; it may be to an older question. */
  get answer(): A | null {
    return this.#answer;
  }

  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** When `tick` has something to do; null for never. */
  get deadline(): number | null {
    return this.#due;
  }

  /** The person wants this, or nothing. */
  want(query: Q | null, now: number): void {
    this.#step(query === null ? "clear" : "want");
    this.#query = query;
    this.#ticket += 1; // what is on its way is of no use any more
    this.#isCurrent = false;
    this.#due = query === null ? null : now + this.#pause;
    if (query === null) this.#answer = null;
  }

  /** The person wants to see more of the same, if there is more. */
  more(): readonly Question<Q, A>[] {
    if (this.#stage !== "shown" || this.#answer?.more !== true) return [];
    this.#step("more");
    return [this.#ask()];
  }

  /** Time passed. */
  tick(now: number): readonly Question<Q, A>[] {
    if (this.#due === null || now < this.#due) return [];
    this.#due = null;
    this.#step("due");
    return [this.#ask()];
  }

  /** The answer to a question, with what had come before; one to an older question changes nothing. */
  answered(ticket: number, answer: A): void {
    if (!this.#isAwaited(ticket)) return;
    this.#step("answer");
    this.#answer = answer;
    this.#isCurrent = true;
  }

  /** There is no answer: `passing` says that there may be one later, `wait` in how many seconds. */
  refused(ticket: number, passing: boolean, now: number, wait: number = HOLD_S): void {
    if (!this.#isAwaited(ticket)) return;
    this.#step(passing ? "hold" : "fail");
    if (passing) this.#due = now + wait;
    else if (!this.#isCurrent) this.#answer = null;
  }

  #isAwaited(ticket: number): boolean {
    return ticket === this.#ticket && this.#stage === "asking";
  }

  #ask(): Question<Q, A> {
    this.#ticket += 1;
    return { ticket: this.#ticket, query: this.#query as Q, before: this.#isCurrent ? this.#answer : null };
  }

  #step(cause: Cause): void {
    const after = TRANSITIONS[this.#stage][cause];
    if (after === undefined) throw new Error(`${cause} cannot happen when ${this.#stage}`);
    this.#stage = after;
  }
}
