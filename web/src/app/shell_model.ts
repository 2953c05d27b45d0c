/** What the browser does for the page beside showing it, as the interface sees it (src/shell). */

import { Cell } from "./cell.ts";
import type { Watchable } from "./model.ts";

export interface Shell {
  /** Whether a reload would bring a newer page. */
  readonly isNew: Watchable<boolean>;
  /** Looks whether there is one. */
  look(): void;
  /** Shows a notice of the system, which leads to `fragment` (with its `#`) when it is clicked. */
  notify(title: string, body: string, fragment: string): Promise<void>;
}

/** A browser that does none of it. */
export const NO_SHELL: Shell = { isNew: new Cell(false), look: () => undefined, notify: () => Promise.resolve() };
