/** What a person has seen of an offer, and whether it is what comes; pure. */

import { PeerError } from "../errors.ts";
import type { Preview } from "../gen/peer.ts";
import type { Contents } from "../sinks/targets.ts";
import { OTHER_TOLD } from "../transfer/joining.ts";
import { type AskedFile, sameOffer, sumsFit } from "../transfer/manifest.ts";
import { Mapper } from "../transfer/names.ts";

/** Why another sender is left alone whose sums differ already. */
const DIFFERS = new PeerError("declined", OTHER_TOLD, false);

/** Why one is left alone that was asked for a file. */
export const NOT_ASKED = new PeerError("bad-manifest", "It offers something else than was asked for. Nothing is taken from it.", false);

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

/** Why nothing is taken from whoever offers this: it is not what was asked for, or not as much as the one `lead` offers that was there first. */
export function flawOf(preview: Preview, lead: Preview | null, asked: AskedFile | null): PeerError | null {
  if (asked !== null && !sumsFit(preview, asked)) return NOT_ASKED;
  return lead === null || sameSums(preview, lead) ? null : DIFFERS;
}

/** Whether a whole list is what the person has seen, as far as that was shown. */
export function isAgreed(contents: Contents, seen: readonly Entry[], preview: Preview): boolean {
  const facts = ({ path, size, folder }: Entry): string => JSON.stringify([path, size, folder]);
  const isSame = seen.every((entry, index) => facts(entry) === facts(contents.entries[index] ?? NOTHING));
  return isSame && sameSums(preview, { ...sumOf(contents), text: contents.text });
}

const NOTHING: Entry = { path: "", size: 0, folder: false, mtime: null };

/** Whether two offers are of as much; what they are called does not matter. */
function sameSums(one: Sums & Pick<Preview, "text">, other: Sums & Pick<Preview, "text">): boolean {
  return sameOffer({ t: "offer", ...one, title: "" }, { t: "offer", ...other, title: "" });
}
