/** A watchable value that can be set. */

import type { Watchable } from "./model.ts";

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

  /** Changes some fields of an object. */
  change(fields: Partial<T>): void {
    this.set({ ...this.#value, ...fields });
  }

  watch(callback: (value: T) => void): () => void {
    this.#watchers.add(callback);
    callback(this.#value);
    return () => void this.#watchers.delete(callback);
  }
}
