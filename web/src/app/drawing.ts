/** The senders that one fetch draws from: each with a conversation of its own, all under one session. */

import type { PeerError } from "../errors.ts";
import type { Link } from "../connect/link.ts";
import type { Talk } from "./open_links.ts";
import type { ReceiveEvents, ReceiveSession } from "./receive_session.ts";
import type { Supplier } from "./supplier.ts";

/** One sender among several, as the conversation with it sees the session. Twin of pypeer/transfer/source.py. */
class Source implements Talk {
  readonly #session: ReceiveSession;
  readonly #number: number;
  readonly #onFailed: (error: PeerError) => void;

  constructor(session: ReceiveSession, number: number, onFailed: (error: PeerError) => void) {
    this.#session = session;
    this.#number = number;
    this.#onFailed = onFailed;
  }

  get isAttached(): boolean {
    return this.#session.isAttachedTo(this.#number);
  }

  attach(link: Link, rank: number, alone = false): void {
    this.#session.attach(link, rank, alone, this.#number);
  }

  /** No link to it opens any more. */
  fail(error: PeerError): void {
    this.#session.sourceLost(this.#number, error);
    if (!this.#session.hasEnded) this.#onFailed(error);
  }
}

/** What happens at the session, passed on to the sender that it is about; `all` are the senders, by their numbers. */
export function eventsFor(all: readonly Supplier[], events: ReceiveEvents): ReceiveEvents {
  return {
    ...events,
    onLost: (source) => all[source]?.events?.onLost(source),
    onIdle: (link, source) => all[source]?.events?.onIdle?.(link, source),
    onDismissed: (source, error) => {
      all[source]?.ended(error);
      events.onDismissed?.(source, error);
    },
    onEnd: (result) => {
      for (const each of all) each.ended(result);
      events.onEnd(result);
    },
  };
}

/** Draws from the sender with this number, too. */
export function drawFrom(supplier: Supplier, session: ReceiveSession, number: number): void {
  supplier.converse(new Source(session, number, (error) => supplier.ended(error)));
}
