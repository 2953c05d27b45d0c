/** Requests about which the owner of a library is asked: one a peer, few at once, and not for ever. */

import type { Offer } from "../gen/peer.ts";
import type { Timer } from "../timers/timers.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import type { LibraryRequest } from "./model.ts";
import { personOf } from "./peer.ts";
import type { Guest } from "./receivers.ts";

/** How long the owner may think, in seconds: after that whoever asks has gone on to somebody else. */
const ANSWER_S = 300;

/** Requests that are open at once: a person answers no more. */
const REQUESTS_MAX = 16;

export class Consent {
  readonly requests = new Cell<readonly LibraryRequest[]>([]);
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Whether they may have this; null if they are gone. No answer in time is a no. */
  ask({ pair, meet: { name = "" } }: Guest, { title = "", files, bytes }: Offer, why: string): Promise<boolean | null> {
    const person = personOf(pair.peerKey, printable(name));
    const isKnown = this.requests.value.some((each) => each.person.id === person.id);
    if (isKnown || this.requests.value.length >= REQUESTS_MAX) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isAllowed: boolean | null): void => {
        cancel();
        this.requests.set(this.requests.value.filter((each) => each.key !== pair.id));
        resolve(isAllowed);
      };
      const cancel = this.#timer(ANSWER_S, () => settle(false));
      pair.onEnd = () => settle(null);
      pair.onMessage = (message) => message.t === "part" && settle(null);
      this.requests.set([...this.requests.value, { key: pair.id, person, title: printable(title), files, bytes, why: printable(why), answer: settle }]);
    });
  }

  refuseAll(): void {
    for (const request of this.requests.value) request.answer(false);
  }
}
