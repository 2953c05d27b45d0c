/**
 * The receiving side of a session with several senders, its sources, all of which offer the same; sans-I/O. Twin of
 * pypeer/transfer/joining.py.
 *
 * The source whose offer comes first is listed and agreed to. Another is listed as well, and drawn from once its list is
 * known to be the same. One that does what it must not, or leaves, is dismissed, and the others go on.
 */

import type { PeerError } from "../errors.ts";
import type { EndCode, Entries, Entry, Offer } from "../gen/peer.ts";
import type { Asking } from "./asking.ts";
import { fromHere, TEXTS } from "./endings.ts";
import type { Control } from "./frames.ts";
import { Listing, type Effects } from "./listing.ts";
import { Manifest } from "./manifest.ts";
import { ManifestError } from "./names.ts";
import { PROSE_CHARS } from "./party.ts";
import { best, OTHER, type Stage, ViolationError } from "./subflow.ts";

/** What the person here is told of a sender that offers something else. */
export const OTHER_TOLD = "It offers something else than the first sender. Nothing is taken from it.";

/** Knows the sources, and which of them offer the same as the first. */
export abstract class Joining extends Listing {
  readonly #sources = new Set<number>();
  readonly #others = new Map<number, Manifest>();
  readonly #drawn = new Set<number>();

  /** A link to this source may open: nothing ends for want of another before it is lost. */
  expect(source: number): void {
    this.#sources.add(source);
  }

  /** No link to this source opens any more; without another, that is the end. */
  sourceLost(source: number, error: PeerError, now: number): Effects {
    const isNew = this.#sources.delete(source);
    if (this.#sources.size === 0) this.end(error);
    else if (isNew && !this.hasEnded) this.#partFrom(source, now);
    return this.flush();
  }

  protected override subflow(link: number, rank: number, frameBytes: number, source: number): Asking {
    this.#sources.add(source);
    return super.subflow(link, rank, frameBytes, source);
  }

  /** Whether anything that this source says is heeded. */
  protected isHeeded({ source }: Asking): boolean {
    return this.#sources.has(source);
  }

  /** Whether this is a link of another source than the first. */
  protected joins({ source }: Asking): boolean {
    return this.manifest !== null && source !== this.first;
  }

  /** Whether what is offered here is known to be what is fetched. */
  protected belongs(flow: Asking): boolean {
    const isComplete = this.#others.get(flow.source)?.isComplete === true && this.manifest?.isComplete === true;
    return (flow.source === this.first || isComplete) && this.isHeeded(flow);
  }

  /** Another source says what it offers; throws ViolationError. */
  protected too(flow: Asking, message: Offer | Entries, now: number): void {
    this.trying(flow.source, now, () => {
      if (message.t === "offer") this.#offeredToo(flow, message);
      else this.#pageCameToo(flow, message);
      this.listToo(flow.source, now);
    });
  }

  #offeredToo(flow: Asking, offer: Offer): void {
    flow.step("offer");
    if (sums(offer) !== sums((this.manifest as Manifest).offer)) throw new ManifestError(OTHER);
    if (!this.#others.has(flow.source)) this.#others.set(flow.source, new Manifest(offer, this.asked));
  }

  #pageCameToo(flow: Asking, page: Entries): void {
    if (!flow.isListing) throw new ViolationError("entries that were not asked for");
    flow.isListing = false;
    (this.#others.get(flow.source) as Manifest).add(page);
  }

  /** Asks another source for the next page of its list, or compares it. */
  protected listToo(source: number, now: number): void {
    const other = this.#others.get(source);
    if (other === undefined) return;
    if (other.isComplete) return this.#compare(source, other, now);
    const flows = this.open("offered").filter((flow) => flow.source === source);
    const flow = best(flows);
    if (flow === null || flows.some(({ isListing }) => isListing)) return;
    flow.isListing = true;
    this.send(flow, { t: "list", start: other.entries.length });
  }

  protected override listed(now: number): void {
    for (const [source, other] of [...this.#others]) if (other.isComplete) this.#compare(source, other, now);
  }

  /** Draws from this source, too, if what it offers is the same; so are its roots, as far as both are known. */
  #compare(source: number, other: Manifest, now: number): void {
    if (this.manifest?.isComplete !== true) return;
    const isSame = this.entries.every((entry, index) => same(entry, other.entries[index] as Entry));
    if (!isSame) return this.dismiss(source, "declined", OTHER, now);
    this.goOn([...this.links.values()].filter((flow) => flow.source === source && flow.stage === "offered"), now);
  }

  protected override dismiss(source: number, code: EndCode, message: string, now: number): void {
    if (this.#isLast(source)) return this.fail(code, message);
    const said: Control["message"] = { t: "cancel", code, message: message.slice(0, PROSE_CHARS) };
    for (const flow of this.links.values()) if (flow.source === source) this.send(flow, said);
    this.#leave(source, fromHere(code, message === OTHER ? OTHER_TOLD : `${TEXTS[code]} (${message})`), now);
  }

  protected override blame(flow: Asking, code: EndCode, message: string, now: number): void {
    this.dismiss(flow.source, code, message, now);
  }

  protected override cancelled(flow: Asking, error: PeerError, now: number): void {
    if (this.#isLast(flow.source)) this.end(error);
    else this.#leave(flow.source, error, now);
  }

  #isLast(source: number): boolean {
    return [...this.#sources].every((each) => each === source);
  }

  #leave(source: number, error: PeerError, now: number): void {
    if (!this.#sources.delete(source)) return;
    this.push({ type: "dismiss", source, error });
    this.#partFrom(source, now);
  }

  /** Awaits nothing from it; if it was to say what is offered, the next does that. */
  #partFrom(source: number, now: number): void {
    this.#others.delete(source);
    this.forsake(source, now);
    if (source === this.first && this.phase === "listing") this.#follow(now);
  }

  #follow(now: number): void {
    const next = [...this.#others.keys()].toSorted((one, other) => one - other)[0];
    if (next === undefined) {
      this.manifest = null;
      return this.step("left");
    }
    this.first = next;
    this.manifest = this.#others.get(next) as Manifest;
    this.#others.delete(next);
    this.trying(next, now, () => {
      this.lookComplete(now);
      this.list();
    });
  }

  /** Tells, once, that chunks are asked of this source. */
  protected drawFrom(source: number): void {
    if (this.#drawn.has(source)) return;
    this.#drawn.add(source);
    this.push({ type: "drawn", source });
  }

  /** Of each source the best link that is as far as this. */
  protected bestOfEach(stage: Stage): readonly Asking[] {
    const flows = this.open(stage);
    return [...new Set(flows.map(({ source }) => source))].map((source) => best(flows.filter((flow) => flow.source === source)) as Asking);
  }

  /** Awaits nothing from this source any more. */
  protected abstract forsake(source: number, now: number): void;
}

function sums({ files, folders, bytes, text = false }: Offer): string {
  return JSON.stringify([files, folders, bytes, text]);
}

/** Whether two entries are the same file or folder, times aside. */
function same(mine: Entry, theirs: Entry): boolean {
  const facts = ({ path, size = 0, folder = false }: Entry): string => JSON.stringify([path, size, folder]);
  return facts(mine) === facts(theirs) && (!mine.root || !theirs.root || mine.root === theirs.root);
}
