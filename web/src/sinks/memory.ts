/** A sink for a text, which is shown and not stored; the contract bounds it to 1 MiB. */

import type { Bytes } from "../secure/encoding.ts";
import type { PlacedEntry, Sink } from "./sink.ts";

export class MemorySink implements Sink {
  readonly rewrites = true;
  /** Gets the text once it is whole and verified; what is no UTF-8 in it is replaced. */
  onWhole: (text: string) => void = () => undefined;
  #data: Bytes = new Uint8Array();

  async prepare([entry]: readonly PlacedEntry[]): Promise<void> {
    this.#data = new Uint8Array(entry?.size ?? 0);
  }

  async write(_file: number, offset: number, data: Bytes): Promise<void> {
    this.#data.set(data, offset);
  }

  async finish(): Promise<void> {
    this.onWhole(new TextDecoder().decode(this.#data));
  }

  async discard(): Promise<void> {}

  async conclude(): Promise<void> {}

  async abort(): Promise<void> {}
}
