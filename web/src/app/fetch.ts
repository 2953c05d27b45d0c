/** Something this page fetches: one code, one sender, one conversation. Twin of pypeer/fetching.py. */

import { fromBase64url } from "../secure/encoding.ts";
import { type Code, format, parse } from "../secure/code.ts";
import type { Pair } from "../signaling/pair.ts";
import { MemorySink } from "../sinks/memory.ts";
import { choose, type Contents, targetsFor } from "../sinks/targets.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import { Conversation } from "./conversation.ts";
import type { Fetch, OfferInfo, Person, Target } from "./model.ts";
import { meetAs, type Peer, personOf } from "./peer.ts";
import { ReceiveSession } from "./receive_session.ts";
import { cancelledHere } from "./session.ts";
import { Transfer } from "./transfer.ts";

/** An offer of somebody else, from the knock to the last byte. */
export class FetchedOffer implements Fetch {
  readonly offer = new Cell<OfferInfo | null>(null);
  readonly #peer: Peer;
  readonly #code: Code;
  readonly #transfer = new Transfer();
  #session: ReceiveSession | null = null;
  #contents: Contents | null = null;
  #isDecided = false;

  /** Throws CodeProblem if the text cannot be a code. */
  constructor(peer: Peer, text: string) {
    this.#peer = peer;
    this.#code = parse(text);
    void this.#run();
  }

  get state(): Transfer["state"] {
    return this.#transfer.state;
  }

  targets(): readonly Target[] {
    return this.#contents === null ? [] : targetsFor(this.#contents);
  }

  async accept(target: Target): Promise<boolean> {
    if (this.#contents === null || this.#session === null || this.#isDecided) return this.#isDecided;
    const sink = await choose(target, this.#contents, this.#peer.page, this.#peer.timer).catch(() => null);
    if (sink === null || this.#isDecided) return this.#isDecided;
    this.#isDecided = true;
    if (sink instanceof MemorySink) this.#showWhenDone(sink);
    this.#session.accept(sink);
    return true;
  }

  decline(): void {
    if (this.#isDecided || this.#contents === null) return this.cancel();
    this.#isDecided = true;
    this.#session?.decline();
  }

  pause(): void {
    this.#session?.pause();
  }

  resume(): void {
    this.#session?.resume();
  }

  cancel(): void {
    if (this.#session === null) this.#transfer.ended(cancelledHere());
    else this.#session.cancel("cancelled", cancelledHere().message);
  }

  /** Everything up to the session; what goes wrong here ends the transfer. */
  async #run(): Promise<void> {
    try {
      const met = await this.#peer.client.ask({ t: "knock", locator: this.#code.locator });
      await this.#meet(met.pair, met.peer);
    } catch (error) {
      this.#transfer.ended(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #meet(id: string, key: string): Promise<void> {
    const peerKey = fromBase64url(key);
    if (peerKey === null) throw new Error("the server named a key that is none");
    const pair = meetAs(this.#peer, { role: "A", id, peerKey, code: format(this.#code) });
    this.#peer.switchboard.adopt(pair);
    try {
      const meet = await pair.meet(this.#peer.timer);
      if (this.#transfer.hasEnded) return await this.#leave(pair);
      this.#converse(pair, personOf(peerKey, printable(meet.name ?? "")));
    } catch (error) {
      this.#peer.switchboard.drop(id);
      throw error;
    }
  }

  /** The person gave up while the two were meeting. */
  async #leave(pair: Pair): Promise<void> {
    await pair.part("cancelled");
    this.#peer.switchboard.drop(pair.id);
  }

  #converse(pair: Pair, person: Person): void {
    const { timer, client, switchboard, isRelayOnly } = this.#peer;
    this.#transfer.met(person);
    const onEnd = (): void => switchboard.drop(pair.id);
    const conversation = new Conversation({ pair, transfer: this.#transfer, timer, ice: () => client.ice, isRelayOnly, onEnd });
    this.#session = new ReceiveSession({ ...conversation.events, onDecide: (contents) => this.#offered(contents, person) }, timer);
    conversation.start(this.#session);
  }

  #offered(contents: Contents, from: Person): void {
    const { title, text, entries } = contents;
    const folders = entries.filter(({ folder }) => folder).length;
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    this.#contents = contents;
    this.offer.set({
      files: entries.length - folders,
      folders,
      bytes,
      title: printable(title),
      text,
      from,
      entries: entries.map(({ path, size, folder }, index) => ({ index, path, size, folder })),
      content: null,
    });
  }

  /** Before the state says that it is done. */
  #showWhenDone(sink: MemorySink): void {
    sink.onWhole = (content) => {
      const { value } = this.offer;
      if (value !== null) this.offer.set({ ...value, content });
    };
  }
}
