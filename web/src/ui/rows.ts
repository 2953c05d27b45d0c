/** A list that grows and shrinks: each row is kept, so that what happens to one leaves the others alone. */

import type { Scope } from "./scope.ts";

export class Rows<T extends { readonly key: string }> {
  readonly list: HTMLElement;
  readonly #rows = new Map<string, { readonly element: HTMLElement; readonly scope: Scope }>();
  readonly #scope: Scope;
  readonly #build: (item: T, scope: Scope) => HTMLElement;

  constructor(scope: Scope, list: HTMLElement, build: (item: T, scope: Scope) => HTMLElement) {
    this.#scope = scope;
    this.list = list;
    this.#build = build;
  }

  /** Shows these, and no others. */
  follow(items: readonly T[]): void {
    const present = new Set(items.map(({ key }) => key));
    for (const key of [...this.#rows.keys()]) if (!present.has(key)) this.#remove(key);
    for (const item of items) if (!this.#rows.has(item.key)) this.#add(item);
  }

  #add(item: T): void {
    const scope = this.#scope.child();
    const element = this.#build(item, scope);
    this.#rows.set(item.key, { element, scope });
    this.list.append(element);
  }

  #remove(key: string): void {
    const row = this.#rows.get(key);
    row?.scope.end();
    row?.element.remove();
    this.#rows.delete(key);
  }
}
