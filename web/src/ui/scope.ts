/** Lifetime of a piece of the page: what it watches and listens to ends with it. */

import type { Watchable } from "../app/model.ts";
import { fill, h, type Child } from "./dom.ts";

/** Where the focus goes in a new part of the page, best first. */
const FOCUSABLE = ["[data-focus]", "h1", "h2", "button:not([disabled])", "input, a[href], summary"] as const;

/** Collects subscriptions and ends them together. */
export class Scope {
  readonly #ends: (() => void)[] = [];

  /** Calls `end` when the scope ends. */
  defer(end: () => void): void {
    this.#ends.push(end);
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  child(): Scope {
    const child = new Scope();
    this.defer(() => child.end());
    return child;
  }

  watch<T>(source: Watchable<T>, callback: (value: T) => void): void {
    this.defer(source.watch(callback));
  }

  listen(target: EventTarget, type: string, callback: (event: Event) => void): void {
    target.addEventListener(type, callback);
    this.defer(() => target.removeEventListener(type, callback));
  }

  /** Calls back at once and then every `milliseconds`. */
  every(milliseconds: number, callback: () => void): void {
    callback();
    const timer = setInterval(callback, milliseconds);
    this.defer(() => clearInterval(timer));
  }

  /** A text that follows a value; the document changes only when the words do. */
  text<T>(source: Watchable<T>, words: (value: T) => string): Text {
    const node = document.createTextNode("");
    this.watch(source, (value) => {
      const next = words(value);
      if (node.data !== next) node.data = next;
    });
    return node;
  }

  /**
   * A part of the page that is built anew when `key` of the value changes, and otherwise left alone, so that focus,
   * selection and open details survive progress. If it held the focus, its first heading or control gets it.
   */
  region<T>(source: Watchable<T>, key: (value: T) => unknown, build: (value: T, scope: Scope) => Child): HTMLElement {
    const box = h("div", { class: "region" });
    let scope = new Scope();
    let present: unknown = {};
    this.watch(source, (value) => {
      const next = key(value);
      if (next === present) return;
      present = next;
      scope.end();
      scope = new Scope();
      const held = box.contains(document.activeElement);
      fill(box, build(value, scope));
      if (held) focusFirst(box);
    });
    this.defer(() => scope.end());
    return box;
  }
}

/** Moves the focus to what a person would go on with; headings take it without becoming a tab stop. */
export function focusFirst(container: ParentNode): void {
  for (const selector of FOCUSABLE) {
    const target = container.querySelector<HTMLElement>(selector);
    if (target === null) continue;
    if (/^H\d$/.test(target.tagName)) target.tabIndex = -1;
    return target.focus();
  }
}
