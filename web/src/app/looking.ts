/** A file that a person looks at before they keep it. */

import { type Showing, showingOf } from "../directory/showing.ts";
import type { Bytes } from "../secure/encoding.ts";
import { LookSink } from "../sinks/look.ts";
import { showIn } from "../sinks/show.ts";
import { canStream } from "../sinks/stream.ts";
import { Cell } from "./cell.ts";
import type { Looked, OfferInfo } from "./model.ts";
import type { Peer } from "./peer.ts";

/** How what is offered would be shown here; null if it cannot. */
export function showingFor({ entries, files, folders, text }: OfferInfo): Showing | null {
  const [entry] = entries;
  if (text || files !== 1 || folders > 0 || entry === undefined) return null;
  const showing = showingOf(entry.path, entry.size);
  return showing?.kind === "text" || canStream() ? showing : null;
}

export class Looking {
  readonly sink = new LookSink();
  readonly shown = new Cell<Looked | null>(null);
  #content: Bytes | null = null;

  /** Shows it from now on, as far as it is there; a text once it is whole. Rejects with SinkError. */
  async start({ page, timer }: Peer, showing: Showing, size: number): Promise<void> {
    this.sink.onWhole = (content) => {
      this.#content = content;
      if (showing.kind === "text") this.shown.set({ kind: "text", text: new TextDecoder().decode(content) });
    };
    if (showing.kind !== "text") this.shown.set({ kind: showing.kind, frame: await showIn(page, timer, showing, size, this.sink) });
  }

  /** Puts it among the downloads, once all of it is here. */
  save(name: string): void {
    if (this.#content === null) return;
    const address = URL.createObjectURL(new Blob([this.#content], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    [link.href, link.download] = [address, name];
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS);
  }
}

/** Browsers begin a download a moment after the click, and some ask where it goes. */
const REVOKE_MS = 60_000;
