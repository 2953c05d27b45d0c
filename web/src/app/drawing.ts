/** What is fetched, once its person wants it: one session, which draws from several senders, with each of which there is a conversation. */

import type { Link } from "../connect/link.ts";
import { type PeerError, toPeerError } from "../errors.ts";
import type { Sink } from "../sinks/sink.ts";
import type { Contents } from "../sinks/targets.ts";
import type { Timer } from "../timers/timers.ts";
import type { AskedFile } from "../transfer/manifest.ts";
import { isAgreed } from "./agreement.ts";
import type { Wishes } from "./model.ts";
import type { Offered } from "./offered.ts";
import { isVouched, NOT_SIGNED } from "./on_behalf.ts";
import type { Talk } from "./open_links.ts";
import { type ReceiveEvents, ReceiveSession } from "./receive_session.ts";
import type { Senders } from "./senders.ts";
import type { Supplier } from "./supplier.ts";
import type { Transfer } from "./transfer.ts";
import { unwanted } from "./wishing.ts";

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

export interface DrawingOptions {
  readonly senders: Senders;
  /** What the person has seen, and is told. */
  readonly offered: Offered;
  readonly transfer: Transfer;
  readonly timer: Timer;
  /** The file that it has to be, where one was asked for by its root. */
  readonly asked: AskedFile | null;
  readonly sink: Sink;
  readonly wishes: Wishes;
}

export class Drawing {
  readonly session: ReceiveSession;
  readonly #options: DrawingOptions;
  #isListed = false;

  constructor(options: DrawingOptions) {
    this.#options = options;
    this.session = new ReceiveSession(this.#events, options.timer, options.asked);
  }

  /** Whether what comes may come in any order. */
  get canPrefer(): boolean {
    return this.#options.sink.rewrites;
  }

  /** Draws from all senders that are there by now; others may come. */
  begin(): void {
    const { senders, transfer } = this.#options;
    transfer.agreed();
    for (const supplier of senders.left) this.expect(supplier);
    this.drawAll();
  }

  /** It may come to be drawn from. */
  expect(supplier: Supplier): void {
    this.session.expect(this.#options.senders.numberOf(supplier));
  }

  /** Whoever lists first says what is fetched: that is to be the one whose offer the person has seen, while it is there. */
  draw(supplier: Supplier): void {
    const { lead } = this.#options.senders;
    const mayDraw = this.#isListed || supplier === lead || lead?.transfer.hasEnded === true;
    if (this.session.hasEnded || !mayDraw) return;
    const number = this.#options.senders.numberOf(supplier);
    supplier.converse(new Source(this.session, number, (error) => supplier.ended(error)));
  }

  /** From those, too, that had to wait for the first. */
  drawAll(): void {
    for (const supplier of this.#options.senders.left) this.draw(supplier);
  }

  /** There is no conversation with it, and will be none. */
  gone(supplier: Supplier, error: Error): void {
    this.session.sourceLost(this.#options.senders.numberOf(supplier), toPeerError(error));
  }

  /** What happens at the session, told to the sender that it is about; `all` are they, by their numbers. */
  get #events(): ReceiveEvents {
    const { senders: { all }, offered, transfer } = this.#options;
    return {
      onDecide: (contents) => this.#listed(contents),
      onEvent: (event) => transfer.event(event),
      onDrawn: (source) => all[source]?.drawn(offered.info.value ?? { files: 0, bytes: 0 }),
      onLost: (source) => all[source]?.events?.onLost(source),
      onIdle: (link, source) => all[source]?.events?.onIdle?.(link, source),
      onDismissed: (source, error) => all[source]?.ended(error),
      onEnd: (result) => {
        for (const each of all) each.ended(result);
        transfer.ended(result);
      },
    };
  }

  /** All of the list is here: it has to be what the person agreed to. */
  #listed(contents: Contents): void {
    const { senders, offered, sink, wishes } = this.#options;
    const offering = senders.lead?.offering ?? null;
    if (offering === null || !isAgreed(contents, offered.seen, offering.preview)) {
      return this.session.cancel("bad-manifest", "The other side offers something else than what it had said.");
    }
    if (!isVouched(this.session.entries, contents.text, offering.digest)) return this.session.cancel("bad-manifest", NOT_SIGNED);
    this.#isListed = true;
    offered.listed(contents);
    this.session.accept(sink, { limit: wishes.limit ?? null, leftOut: unwanted(contents, offered.seen.length, wishes) });
    this.drawAll();
  }
}
