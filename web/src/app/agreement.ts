/** What a person has seen of an offer, and whether it is what comes; pure. */

import type { Preview } from "../gen/peer.ts";
import type { Contents } from "../sinks/targets.ts";
import { sameOffer } from "../transfer/manifest.ts";
import { Mapper } from "../transfer/names.ts";

export type Sums = Pick<Preview, "files" | "folders" | "bytes">;

type Entry = Contents["entries"][number];

/** What a preview shows: the sums, and the first entries under safe names. */
export function contentsOf({ title = "", text = false, entries = [], files, folders }: Preview): Contents {
  const mapper = new Mapper();
  const placed = entries.map(({ path, size = 0, folder = false, mtime = null }) => ({ path: mapper.map(path, folder), size, folder, mtime }));
  return { title, text, count: files + folders, entries: placed };
}

export function sumOf({ entries }: Pick<Contents, "entries">): Sums {
  const folders = entries.filter(({ folder }) => folder).length;
  return { files: entries.length - folders, folders, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
}

/** Whether two offers are of as much; what they are called does not matter. */
export function sameSums(one: Sums & Pick<Preview, "text">, other: Sums & Pick<Preview, "text">): boolean {
  return sameOffer({ t: "offer", ...one, title: "" }, { t: "offer", ...other, title: "" });
}

/** Whether a whole list is what the person has seen, as far as that was shown. */
export function isAgreed(contents: Contents, seen: readonly Entry[], preview: Preview): boolean {
  const facts = ({ path, size, folder }: Entry): string => JSON.stringify([path, size, folder]);
  const isSame = seen.every((entry, index) => facts(entry) === facts(contents.entries[index] ?? NOTHING));
  return isSame && sameSums(preview, { ...sumOf(contents), text: contents.text });
}

const NOTHING: Entry = { path: "", size: 0, folder: false, mtime: null };
