/** State of the interface itself, watched in the same way as the engine's. */

import type { Watchable } from "../app/model.ts";

/** A value that tells its watchers when it is set. */
export class Cell<T> implements Watchable<T> {
  #value: T;
  readonly #watchers = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  watch(callback: (value: T) => void): () => void {
    this.#watchers.add(callback);
    callback(this.#value);
    return () => void this.#watchers.delete(callback);
  }
}
