/** Lists that are walked through with the arrow keys, as the results of a search are everywhere. */

import type { Scope } from "../scope.ts";

const ROW = "[data-row]";

/** Arrows, Home and End move between the rows inside `list`; upwards from the first leads to `above`, from which Down leads into it. */
export function arrowKeys(scope: Scope, list: HTMLElement, above: HTMLElement | null = null): void {
  const rows = (): readonly HTMLElement[] => [...list.querySelectorAll<HTMLElement>(ROW)];
  scope.listen(list, "keydown", (event) => {
    const all = rows();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = at < 0 ? null : target((event as KeyboardEvent).key, all, at, above);
    if (to === null) return;
    event.preventDefault();
    to.focus();
  });
  if (above === null) return;
  scope.listen(above, "keydown", (event) => {
    const [first] = rows();
    if ((event as KeyboardEvent).key !== "ArrowDown" || first === undefined) return;
    event.preventDefault();
    first.focus();
  });
}

function target(key: string, all: readonly HTMLElement[], at: number, above: HTMLElement | null): HTMLElement | null {
  switch (key) {
    case "ArrowDown":
      return all[at + 1] ?? null;
    case "ArrowUp":
      return at === 0 ? above : (all[at - 1] ?? null);
    case "Home":
      return all[0] ?? null;
    case "End":
      return all.at(-1) ?? null;
    case "Escape":
      return above;
    default:
      return null;
  }
}
