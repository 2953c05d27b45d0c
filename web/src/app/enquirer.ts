/** The shell of an enquiry at the directory: asks the server when the machine says so. */

import { Enquiry, type Question } from "../directory/enquiry.ts";
import { PeerError } from "../errors.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { Cell } from "./cell.ts";
import type { Enquired, Enquiring, Problem } from "./model.ts";
import { toProblem } from "./transfer.ts";

/** Asks the server, and gives what has come so far with what comes now; rejects with PeerError. */
export type Ask<Q, A> = (query: Q, before: A | null) => Promise<A>;

export class Enquirer<Q, A extends { readonly more: boolean }> implements Enquiring<Q, A> {
  readonly state = new Cell<Enquired<A>>({ stage: "blank", answer: null, isCurrent: false, problem: null });
  readonly #enquiry: Enquiry<Q, A>;
  readonly #ask: Ask<Q, A>;
  readonly #timer: Timer;
  #problem: Problem | null = null;
  #cancel: () => void = () => undefined;

  /** `pause` is for how many seconds a person has to be still before their question is asked. */
  constructor(ask: Ask<Q, A>, timer: Timer, pause: number) {
    this.#enquiry = new Enquiry(pause);
    this.#ask = ask;
    this.#timer = timer;
  }

  want(query: Q | null): void {
    this.#problem = null;
    this.#enquiry.want(query, now());
    this.#tick();
  }

  more(): void {
    this.#run(this.#enquiry.more());
  }

  #tick(): void {
    this.#run(this.#enquiry.tick(now()));
  }

  #run(questions: readonly Question<Q, A>[]): void {
    for (const question of questions) void this.#put(question);
    this.#show();
  }

  async #put({ ticket, query, before }: Question<Q, A>): Promise<void> {
    try {
      this.#enquiry.answered(ticket, await this.#ask(query, before));
    } catch (error) {
      this.#enquiry.refused(ticket, error instanceof PeerError && error.retry, now(), (error instanceof PeerError && error.wait) || undefined);
      if (this.#enquiry.stage === "failed") this.#problem = toProblem(error);
    }
    this.#show();
  }

  #show(): void {
    const { stage, answer, isCurrent, deadline } = this.#enquiry;
    this.#cancel();
    if (deadline !== null) this.#cancel = this.#timer(Math.max(0, deadline - now()), () => this.#tick());
    this.state.set({ stage, answer, isCurrent, problem: stage === "failed" ? this.#problem : null });
  }
}
