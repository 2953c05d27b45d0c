/** A file that a person looks at before they keep it. */

import { LOOK_BYTES, type Showing, showingOf } from "../directory/showing.ts";
import { canKeep } from "../keep/keep.ts";
import { LookSink } from "../sinks/look.ts";
import { DiskStore, MemoryStore } from "../sinks/look_store.ts";
import { showIn } from "../sinks/show.ts";
import { canStream } from "../sinks/stream.ts";
import { Cell } from "./cell.ts";
import type { Looked, OfferInfo } from "./model.ts";
import type { Peer } from "./peer.ts";

/** How what is offered would be shown here; null if it cannot, or is nothing to be shown. */
export function showingFor({ entries, files, folders, text }: OfferInfo): Showing | "too-large" | null {
  const [entry] = entries;
  if (text || files !== 1 || folders > 0 || entry === undefined) return null;
  const showing = showingOf(entry.path, entry.size, canKeep());
  return showing === "too-large" || showing?.kind === "text" || canStream() ? showing : null;
}

export class Looking {
  readonly sink = new LookSink();
  readonly shown = new Cell<Looked | null>(null);
  #isWhole = false;

  /** Shows it from now on, as far as it is there; a text once it is whole. Rejects with SinkError. */
  async start({ page, timer }: Peer, showing: Showing, size: number): Promise<void> {
    this.sink.store = size > LOOK_BYTES ? await DiskStore.open(size) : new MemoryStore(size);
    this.sink.onWhole = () => {
      this.#isWhole = true;
      if (showing.kind === "text") void this.#showText();
    };
    if (showing.kind !== "text") this.shown.set({ kind: showing.kind, frame: await showIn(page, timer, showing, size, this.sink) });
  }

  /** Puts it among the downloads, once all of it is here. */
  async save(name: string): Promise<void> {
    if (!this.#isWhole) return;
    const address = URL.createObjectURL(new Blob([await this.sink.store.whole()], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    [link.href, link.download] = [address, name];
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS);
  }

  async #showText(): Promise<void> {
    this.shown.set({ kind: "text", text: await (await this.sink.store.whole()).text() });
  }
}

/** Browsers begin a download a moment after the click, and some ask where it goes. */
const REVOKE_MS = 60_000;
