/** What of an offer is received; pure. As pypeer/transfer/choosing.py, for ticks instead of patterns. */

/** What is chosen by, of an entry. */
export interface Choosable {
  readonly path: string;
  readonly folder?: boolean;
}

/** Entries that are not wanted: those that are not chosen, but for the folders in which what is wanted lies. A folder that something is in is chosen by that. */
export function leftOut(entries: readonly Choosable[], isChosen: (index: number) => boolean): ReadonlySet<number> {
  const filled = new Set(entries.map(({ path }) => parentOf(path)));
  const wanted = new Set<string>();
  const out = new Set<number>();
  for (const [index, { path, folder = false }] of entries.entries()) {
    if (folder && filled.has(path)) continue;
    if (!isChosen(index)) out.add(index);
    else for (let around = parentOf(path); around !== "" && !wanted.has(around); around = parentOf(around)) wanted.add(around);
  }
  for (const [index, { path, folder = false }] of entries.entries()) if (folder && filled.has(path) && !wanted.has(path)) out.add(index);
  return out;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
