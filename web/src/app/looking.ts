/** A file that a person looks at before they keep it. */

import { LOOK_BYTES, type Showing, showingOf } from "../directory/showing.ts";
import { canKeep } from "../keep/keep.ts";
import { LookSink } from "../sinks/look.ts";
import { DiskStore, MemoryStore } from "../sinks/look_store.ts";
import { showIn } from "../sinks/show.ts";
import { canStream } from "../sinks/stream.ts";
import { Cell } from "./cell.ts";
import type { Looked, OfferInfo } from "./model.ts";
import type { Offered } from "./offered.ts";
import type { Peer } from "./peer.ts";

/** How what is offered would be shown here; null if it cannot, or is nothing to be shown. */
function showingFor({ entries, files, folders, text }: OfferInfo): Showing | "too-large" | null {
  const [entry] = entries;
  if (text || files !== 1 || folders > 0 || entry === undefined) return null;
  const showing = showingOf(entry.path, entry.size, canKeep());
  return showing === "too-large" || showing?.kind === "text" || canStream() ? showing : null;
}

export class Looking {
  readonly shown = new Cell<Looked | null>(null);
  readonly #peer: Peer;
  readonly #offered: Offered;
  readonly #onWaiting: (offset: number) => void;
  /** What is looked at, once all of it is here. */
  #whole: LookSink | null = null;

  /** `onWaiting` is told where somebody waits for what is not here yet, in bytes. */
  constructor(peer: Peer, offered: Offered, onWaiting: (offset: number) => void) {
    this.#peer = peer;
    this.#offered = offered;
    this.#onWaiting = onWaiting;
  }

  /** Whether what is offered can be looked at here. */
  get isPossible(): boolean {
    return this.#showing !== null && this.#showing !== "too-large";
  }

  get isTooLarge(): boolean {
    return this.#showing === "too-large";
  }

  /** Shows it from now on, as far as it is there; a text once it is whole. Where it is to go; null if it cannot be shown after all. */
  async start(): Promise<LookSink | null> {
    const { value } = this.#offered.info;
    const showing = this.#showing;
    if (value === null || showing === null || showing === "too-large") return null;
    return this.#show(showing, value.bytes).catch(() => null);
  }

  /** Nobody is to look at it after all: what is held of it goes. */
  async stop(sink: LookSink): Promise<void> {
    this.shown.set(null);
    await sink.abort();
  }

  /** Puts it among the downloads, once all of it is here. */
  async save(): Promise<void> {
    if (this.#whole === null) return;
    const name = this.#offered.contents?.entries[0]?.path ?? "";
    const address = URL.createObjectURL(new Blob([await this.#whole.store.whole()], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    [link.href, link.download] = [address, name];
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS);
  }

  get #showing(): Showing | "too-large" | null {
    return this.#offered.info.value === null ? null : showingFor(this.#offered.info.value);
  }

  async #show(showing: Showing, size: number): Promise<LookSink> {
    const { page, timer } = this.#peer;
    const sink = new LookSink(size > LOOK_BYTES ? await DiskStore.open(size) : new MemoryStore(size));
    sink.onWaiting = this.#onWaiting;
    sink.onWhole = () => {
      this.#whole = sink;
      if (showing.kind === "text") void this.#showText(sink);
    };
    if (showing.kind !== "text") this.shown.set({ kind: showing.kind, frame: await showIn(page, timer, showing, size, sink) });
    return sink;
  }

  async #showText({ store }: LookSink): Promise<void> {
    this.shown.set({ kind: "text", text: await (await store.whole()).text() });
  }
}

/** Browsers begin a download a moment after the click, and some ask where it goes. */
const REVOKE_MS = 60_000;
