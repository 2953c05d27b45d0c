/** What is offered to whoever wants something of a library; pure. As pypeer/library/wanting.py. */

import type { EndCode, Want } from "../gen/peer.ts";

/** A file that is published; the root is hexadecimal, and null while it is not known. */
export interface Stocked {
  readonly path: string;
  readonly root: string | null;
}

/** A file of the library, by its place there, and the path under which it is offered. */
export interface Picked {
  readonly index: number;
  readonly path: string;
}

/** What is wanted and there, or what the asker is told. */
export type Choice = { readonly picked: readonly Picked[] } | { readonly code: EndCode };

/** What of a library of this name is wanted; only what others find can be had. */
export function choose(stock: readonly Stocked[], { files = [], folder = null }: Want, name: string): Choice {
  if (files.length === 0 && folder === null) return { code: "protocol" };
  if (files.some((wanted) => wanted.name.includes("/"))) return { code: "bad-manifest" };
  const picked = folder === null || files.length > 0 ? named(stock, files) : inside(stock, folder, name);
  if (new Set(picked.map(({ path }) => path)).size < picked.length) return { code: "bad-manifest" };
  return picked.length === 0 ? { code: "file-vanished" } : { picked };
}

function named(stock: readonly Stocked[], files: NonNullable<Want["files"]>): readonly Picked[] {
  return files.flatMap((wanted) => {
    const index = stock.findIndex(({ root }) => root === wanted.root);
    return index < 0 ? [] : [{ index, path: wanted.name }];
  });
}

/** A folder comes under its own name, the whole library under the library's. */
function inside(stock: readonly Stocked[], folder: string, name: string): readonly Picked[] {
  const above = folder.lastIndexOf("/") + 1;
  const top = name.replaceAll("/", "_");
  return stock.flatMap(({ path, root }, index) => {
    if (root === null) return [];
    if (folder === "") return [{ index, path: `${top}/${path}` }];
    return path.startsWith(`${folder}/`) ? [{ index, path: path.slice(above) }] : [];
  });
}
