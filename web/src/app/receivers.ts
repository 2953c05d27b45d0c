/** Those who are served with something of this page, and how fast all of them together are. */

import { PeerError } from "../errors.ts";
import type { Meet } from "../gen/peer.ts";
import type { Pair } from "../signaling/pair.ts";
import { now } from "../timers/clock.ts";
import { preview } from "../transfer/manifest.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import { Conversation } from "./conversation.ts";
import type { Receiver } from "./model.ts";
import { type Peer, personOf, relayOf } from "./peer.ts";
import type { PairRelays } from "./relays.ts";
import { SendSession } from "./send_session.ts";
import type { Offered } from "./sources.ts";
import { Throttle } from "./throttle.ts";
import { Transfer } from "./transfer.ts";

/** Receivers served at once: each has a connection and up to a window of buffers; more are told to come later. */
export const RECEIVERS_MAX = 32;

/** Knocks being answered at once: those who knock without proving anything must not use up memory. */
export const MEETINGS_MAX = 64;

/** Somebody who has proven who they are, over this pair. */
export interface Guest {
  readonly pair: Pair;
  readonly meet: Meet;
  readonly relays: PairRelays;
}

/** How one is served. */
interface Terms {
  /** How long they may take to say whether they want it, in seconds. */
  readonly patience?: number | null;
  /** The name of the hand-over, where they are to keep it and serve it. */
  readonly handover?: string | null;
}

export class Receivers {
  readonly list = new Cell<readonly Receiver[]>([]);
  readonly limit = new Cell<number | null>(null);
  readonly #peer: Peer;
  /** What all receivers together may get. */
  readonly #throttle: Throttle;
  #serving = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#throttle = new Throttle(peer.timer, now);
  }

  /** How many are served now. */
  get serving(): number {
    return this.#serving;
  }

  setLimit(rate: number | null): void {
    this.#throttle.set(rate);
    this.limit.set(rate);
  }

  cancelAll(): void {
    for (const receiver of this.list.value) receiver.cancel();
  }

  /** Serves one with this, to the end; then calls back, with whether all of it arrived. */
  serve({ pair, meet: { name = "", caps = [] }, relays }: Guest, offered: Offered, onEnd: (isDone: boolean) => void = () => undefined, { patience = null, handover = null }: Terms = {}): void {
    const { timer, isRelayOnly, switchboard } = this.#peer;
    relays.keep();
    const transfer = new Transfer();
    transfer.met(personOf(pair.peerKey, printable(name)));
    const ended = (isDone: boolean): void => {
      relays.close();
      this.#serving -= 1;
      switchboard.drop(pair.id);
      onEnd(isDone);
    };
    const conversation = new Conversation({ pair, transfer, timer, ice: () => relays.ice, relay: relayOf(this.#peer, relays, caps), isRelayOnly, onEnd: ended });
    const session = new SendSession(offered, this.#throttle, conversation.events);
    this.#serving += 1;
    this.list.set([...this.list.value, receiverOf(pair.id, transfer, session)]);
    pair.send({ ...preview(offered.offer, offered.entries), ...(handover === null ? {} : { serve: handover }) });
    conversation.start(session);
    if (patience !== null) timer(patience, () => transfer.state.value.phase === "asking" && session.fail(unanswered()));
  }
}

function unanswered(): PeerError {
  return new PeerError("no-answer", "There was no answer. Try again later.");
}

function receiverOf(key: string, { state }: Transfer, session: SendSession): Receiver {
  return { key, state, pause: () => session.pause(), resume: () => session.resume(), cancel: () => session.cancel("cancelled", "You stopped it.") };
}
