/** What a person wants of an offer, entry by entry; pure. Ticks were put on what was `seen` then; one stood for the rest. */

import type { Contents } from "../sinks/targets.ts";
import { leftOut } from "../transfer/choosing.ts";
import type { Wishes } from "./model.ts";

/** Entries that are not wanted, by index. */
export function unwanted({ entries }: Contents, seen: number, { without = new Set(), rest = true }: Wishes): ReadonlySet<number> {
  return leftOut(entries, (index) => (index < seen ? !without.has(index) : rest));
}

/** What is wanted, as far as it decides where it can go. */
export function wanted(contents: Contents, seen: number, wishes: Wishes): Contents {
  const out = unwanted(contents, seen, wishes);
  const entries = contents.entries.map((entry, index) => ({ ...entry, isLeftOut: out.has(index) }));
  return { ...contents, entries, count: wishes.rest === false ? entries.length : contents.count };
}
