/** The manifest, page by page: made by the sender, gathered and checked by the receiver. */

import type { EndCode, Entries, Entry, Offer, Preview } from "../gen/peer.ts";
import { CONTROL_BYTES, ENTRIES_MAX, LIST_ENTRIES, MANIFEST_BYTES, PREVIEW_BYTES, PREVIEW_ENTRIES, TEXT_BYTES } from "../gen/peer_constants.ts";
import { utf8 } from "../secure/encoding.ts";
import { areHoles } from "./holes.ts";
import { ManifestError } from "./names.ts";

const NOT_ASKED = "the offer is not the file that was asked for";

/** JSON of the entries of one page: what a control frame holds, without `t`, `start`, `last` and their punctuation. */
const PAGE_BYTES = CONTROL_BYTES - 100;

/** The offer has more entries, or longer paths altogether, than a receiver takes. */
export class TooManyError extends ManifestError {
  override readonly name = "TooManyError";
}

/** How the error is called on the wire. */
export function endCode(error: ManifestError): EndCode {
  return error instanceof TooManyError ? "too-many-entries" : "bad-manifest";
}

/** The page from `start` on: as many entries as a control message holds, at least one. */
export function page(entries: readonly Entry[], start: number): Entries {
  const stop = start + thatFit(entries.slice(start, start + LIST_ENTRIES), PAGE_BYTES);
  return { t: "entries", start, entries: entries.slice(start, stop), last: stop === entries.length };
}

/** What a receiver decides on: the sum, and the first entries. */
export function preview({ files, folders, bytes, title = "", text = false }: Offer, entries: readonly Entry[]): Preview {
  const first = entries.slice(0, PREVIEW_ENTRIES);
  return { t: "preview", files, folders, bytes, title, text, entries: first.slice(0, thatFit(first, PREVIEW_BYTES)) };
}

/** How many entries, from the first on, have so many bytes of JSON. */
function thatFit(entries: readonly Entry[], bytes: number): number {
  let room = bytes;
  const index = entries.findIndex((entry) => (room -= utf8(JSON.stringify(entry)).length + 1) < 0);
  return index === -1 ? entries.length : index;
}

/** The sum of the entries. */
export function offerOf(entries: readonly Entry[], title: string, text: boolean): Offer {
  const folders = entries.filter((entry) => entry.folder).length;
  const bytes = entries.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
  const offer: Offer = { t: "offer", files: entries.length - folders, folders, bytes, title };
  return text ? { ...offer, text } : offer;
}

/** Whether two offers say the same; on a new link a sender offers again. */
export function sameOffer(one: Offer | Preview, other: Offer | Preview): boolean {
  const facts = ({ files, folders, bytes, title = "", text = false }: Offer | Preview): string => JSON.stringify([files, folders, bytes, title, text]);
  return facts(one) === facts(other);
}

/** The one file that was asked for: its BEP 52 root, hexadecimal, and its size in bytes. */
export interface AskedFile {
  readonly root: string;
  readonly size: number;
}

/** Whether these sums are those of the file that was asked for. */
export function sumsFit({ files, folders, bytes, text = false }: Offer | Preview, { size }: AskedFile): boolean {
  return files === 1 && folders === 0 && bytes === size && !text;
}

/** Gathers the pages of one offer; memory is bounded whatever arrives. */
export class Manifest {
  readonly offer: Offer;
  readonly entries: Entry[] = [];
  readonly #asked: AskedFile | null;
  #isComplete = false;
  #pathBytes = 0;

  /** Throws ManifestError for an offer that cannot be, is too large, or is not of what was `asked` for. */
  constructor(offer: Offer, asked: AskedFile | null = null) {
    this.offer = offer;
    this.#asked = asked;
    if (asked !== null && !sumsFit(offer, asked)) throw new ManifestError(NOT_ASKED);
    const count = offer.files + offer.folders;
    if (count > ENTRIES_MAX) throw new TooManyError(`the offer has ${count} entries, more than ${ENTRIES_MAX}: pack them first`);
    if (offer.text && (offer.files !== 1 || offer.folders > 0 || offer.bytes > TEXT_BYTES)) {
      throw new ManifestError(`the offer is no text of at most ${TEXT_BYTES} bytes`);
    }
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Takes the next page; throws ManifestError when it does not fit the offer. */
  add({ start, entries, last = false }: Entries): void {
    if (start !== this.entries.length || this.#isComplete || (entries.length === 0 && !last)) {
      throw new ManifestError("a page of the manifest is not the one that was asked for");
    }
    for (const entry of entries) this.entries.push(this.#rooted(entry));
    this.#pathBytes += entries.reduce((sum, { path }) => sum + utf8(path).length, 0);
    if (this.entries.length > this.offer.files + this.offer.folders) throw new ManifestError("the manifest has more entries than the offer said");
    if (this.#pathBytes > MANIFEST_BYTES) throw new TooManyError(`the paths of the offer are longer than ${MANIFEST_BYTES} bytes altogether`);
    if (last) this.#finish();
  }

  /** A file that was asked for by its root is known to have that one, whether its entry tells it or not. */
  #rooted(entry: Entry): Entry {
    if (this.#asked === null) return entry;
    const { root } = this.#asked;
    if (entry.root && entry.root !== root) throw new ManifestError(NOT_ASKED);
    return { ...entry, root };
  }

  #finish(): void {
    const { title = "", text = false } = this.offer;
    if (!sameOffer(offerOf(this.entries, title, text), this.offer)) throw new ManifestError("the manifest does not add up to the offer");
    if (this.entries.some((entry) => !areHoles(entry))) throw new ManifestError("the manifest tells of holes that cannot be");
    if (this.entries.some(({ folder, size }) => folder && size)) throw new ManifestError("a folder of the manifest has a size");
    this.#isComplete = true;
  }
}
