/** What somebody offers, as the person sees it before and after deciding. */

import { canKeep, keptOf } from "../keep/keep.ts";
import type { MemorySink } from "../sinks/memory.ts";
import type { Contents } from "../sinks/targets.ts";
import { printable } from "../transfer/names.ts";
import { contentsOf, type Sums, sumOf } from "./agreement.ts";
import { Cell } from "./cell.ts";
import type { OfferInfo, Person } from "./model.ts";
import type { Offering } from "./supplier.ts";

export class Offered {
  readonly info = new Cell<OfferInfo | null>(null);
  #contents: Contents | null = null;
  #seen: Contents["entries"] = [];

  get contents(): Contents | null {
    return this.#contents;
  }

  /** Entries that were known before all of the list was here. */
  get seen(): Contents["entries"] {
    return this.#seen;
  }

  /** Its sender has said what it is. */
  previewed({ preview, person }: Offering): void {
    const contents = contentsOf(preview);
    this.#seen = contents.entries;
    this.#show(contents, preview, person);
    if (canKeep()) void this.#tellKept(printable(contents.title));
  }

  /** All of the list is here. It is called as it was before, and is of whom it was. */
  listed(contents: Contents): void {
    const { value } = this.info;
    if (value !== null) this.#show({ ...contents, title: this.#contents?.title ?? contents.title }, sumOf(contents), value.from);
  }

  /** What arrives in memory is shown before the state says that it is done. */
  showWhenDone(sink: MemorySink): void {
    sink.onWhole = (content) => {
      const { value } = this.info;
      if (value !== null) this.info.set({ ...value, content });
    };
  }

  #show(contents: Contents, { files, folders, bytes }: Sums, from: Person): void {
    const { title, text, entries } = contents;
    this.#contents = contents;
    const shown = entries.map(({ path, size, folder }, index) => ({ index, path, size, folder }));
    this.info.set({ files, folders, bytes, title: printable(title), text, from, entries: shown, content: null, kept: this.info.value?.kept ?? 0 });
  }

  /** What an earlier visit kept is known a moment later. */
  async #tellKept(title: string): Promise<void> {
    const kept = await keptOf(title);
    const { value } = this.info;
    if (kept > 0 && value !== null) this.info.set({ ...value, kept });
  }
}
