/** A folder of a sealed library, from all the files of it: a server that cannot read their paths lists none; pure. Twin of pypeer/spaces/tree.py. */

import { type FolderContents, type LibraryInfo, withListed } from "../directory/answers.ts";
import type { SealedFile } from "./boxes.ts";

/** What is in a folder: folders, counted with all below them, then files, each by name. */
export function inside(files: readonly SealedFile[], library: LibraryInfo, path: string): FolderContents {
  const folders = new Map<string, [number, number]>();
  const here = files.filter(({ folder }) => folder === path);
  for (const { folder, size } of files) {
    if (folder === path || (path !== "" && !folder.startsWith(`${path}/`))) continue;
    const [name = ""] = folder.slice(path === "" ? 0 : path.length + 1).split("/");
    const [count, bytes] = folders.get(name) ?? [0, 0];
    folders.set(name, [count + 1, bytes + size]);
  }
  const below = [...folders].map(([name, sums]) => [name, ...sums]).sort(byName);
  const items = here.map(({ name, size, root }) => [name, size, root]).sort(byName);
  return { ...withListed(null, { t: "listing", seq: 1, re: 1, folders: below, files: items }, library, path), more: false };
}

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1;
}
