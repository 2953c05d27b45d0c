/** What was found in several spaces as one list; pure. Twin of pypeer/spaces/merging.py. */

import type { FoundFile } from "../directory/answers.ts";

/** The best of each first, by turns; one file that is in several is there once, with the sources of all. */
export function merged(lists: readonly (readonly FoundFile[])[]): readonly FoundFile[] {
  const files = new Map<string, FoundFile>();
  for (let turn = 0; turn < Math.max(0, ...lists.map(({ length }) => length)); turn += 1) {
    for (const list of lists) {
      const file = list[turn];
      if (file !== undefined) files.set(file.root, joined(files.get(file.root) ?? null, file));
    }
  }
  return [...files.values()];
}

function joined(first: FoundFile | null, second: FoundFile): FoundFile {
  if (first === null) return second;
  const known = new Set(first.sources.map(({ library }) => library));
  const more = second.sources.filter(({ library }) => !known.has(library));
  return { ...first, sources: [...first.sources, ...more], count: first.count + second.count };
}
