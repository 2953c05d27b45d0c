/** What of a picked folder would be published; pure. */

import { isAnnounceable } from "./announcing.ts";
import { leavesOut } from "./ignoring.ts";

/** Something that was picked; the first name of the path is that of the folder, the file is null for a folder. */
interface Picked<F> {
  readonly path: string;
  readonly file: F | null;
}

/** Files with their paths in the library, and how many are not published. */
export interface Plan<F> {
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly file: F }[];
  readonly bytes: number;
  readonly leftOut: number;
}

/** What others would find of these, and what stays private. */
export function planOf<F extends { readonly size: number }>(items: readonly Picked<F>[]): Plan<F> {
  const all = items.flatMap(({ path, file }) => (file === null ? [] : [{ path: path.slice(path.indexOf("/") + 1).toWellFormed(), file }]));
  const files = all.filter(({ path }) => !leavesOut(path) && isAnnounceable(path));
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  return { folder: items[0]?.path.split("/")[0] ?? "", files, bytes, leftOut: all.length - files.length };
}
