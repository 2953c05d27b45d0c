/** What comes over a link before and after somebody listens: frames, and the end, in order and each once. */

import type { Bytes } from "../secure/encoding.ts";

export interface Listener {
  readonly onFrame: (frame: Bytes) => void;
  readonly onClose: () => void;
}

const NOBODY: Listener = { onFrame: () => undefined, onClose: () => undefined };

export class Inbox {
  #listener: Listener | null = null;
  #early: Bytes[] = [];
  #hasEnded = false;

  /** From now on they are delivered here, first what came before; call it once. */
  start(listener: Listener): void {
    this.#listener = listener;
    const [early, hadEnded] = [this.#early.splice(0), this.#hasEnded];
    for (const frame of early) listener.onFrame(frame);
    if (hadEnded) listener.onClose();
  }

  /** No frame is wanted any more; the end still is, by whoever listens. */
  ignore(): void {
    const { onClose } = this.#listener ?? NOBODY;
    this.#listener = { ...NOBODY, onClose };
  }

  /** A frame came: whether anybody listens. */
  deliver(frame: Bytes): boolean {
    if (this.#listener === null) this.#early.push(frame);
    else this.#listener.onFrame(frame);
    return this.#listener !== null;
  }

  /** The link is closed, for whatever reason. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener?.onClose();
  }
}
