/** What is offered, file by file, drawn a page at a time so that thousands of files do not freeze the screen. */

import type { OfferInfo, OfferedEntry, Watchable } from "../../app/model.ts";
import { h, type Child } from "../dom.ts";
import { bytes, splitPath } from "../format.ts";
import { icon } from "../icons.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { button } from "./button.ts";

/** Rows drawn at first, and with each "Show more": a few milliseconds of layout even on a phone. */
const PAGE = 100;

/** Files, and the folders that have nothing in them; other folders show in the paths. */
export function visibleEntries(entries: readonly OfferedEntry[]): readonly OfferedEntry[] {
  const filled = new Set(entries.map((entry) => splitPath(entry.path).folder.slice(0, -1)));
  return entries.filter((entry) => !entry.folder || !filled.has(entry.path));
}

/** `title/` if every path begins with it: a single folder is named once, above the list. */
export function commonFolder(title: string, entries: readonly OfferedEntry[]): string {
  const prefix = `${title}/`;
  return entries.length > 0 && entries.every((entry) => entry.path.startsWith(prefix)) ? prefix : "";
}

/** What stands beside an entry, under its name as it is shown. */
type Beside = (entry: OfferedEntry, shortened: string) => Child;

/** Which entries are ticked. */
export class Ticks {
  readonly without = new Set<number>();
  /** Whether those are wanted that are not known yet. */
  rest = true;
  /** Called after each change. */
  onChange: () => void = () => undefined;

  tick(index: number | "rest", isTicked: boolean): void {
    if (index === "rest") this.rest = isTicked;
    else if (isTicked) this.without.delete(index);
    else this.without.add(index);
    this.onChange();
  }
}

/** What a person may do with the files that are being fetched. */
export interface Preferring {
  readonly preferred: Watchable<readonly number[]>;
  prefer(index: number): void;
}

/** The files of a running fetch: each can be asked for before the others. */
export function runningList(scope: Scope, offer: OfferInfo, fetch: Preferring, isWanted: (index: number) => boolean): HTMLElement {
  const first = (entry: OfferedEntry, shortened: string): Child => {
    if (entry.folder || entry.size === 0 || !isWanted(entry.index)) return null;
    const act = button("quiet", "up", texts.fetching.first, () => fetch.prefer(entry.index));
    act.setAttribute("aria-label", texts.fetching.firstOf({ path: shortened }));
    scope.watch(fetch.preferred, (order) => act.setAttribute("aria-pressed", String(order[0] === entry.index)));
    return act;
  };
  return fileList(offer, null, first);
}

/** The entries of an offer, to be ticked if there are `ticks`; those that are not known before the person agrees are counted. */
export function fileList({ title, entries, files, folders }: Pick<OfferInfo, "title" | "entries" | "files" | "folders">, ticks: Ticks | null = null, beside: Beside = () => null): HTMLElement {
  const unknown = files + folders - entries.length;
  const shown = visibleEntries(entries);
  const skip = commonFolder(title, shown).length;
  const list = h("ul", { class: "files", role: "list", tabindex: 0, "aria-label": texts.fetching.files });
  const more = button("quiet", "plus", "", () => page());
  const rest = h("div", { class: "files-more" }, more);
  const page = (): void => {
    const start = list.childElementCount;
    list.append(...shown.slice(start, start + PAGE).map((entry) => row(entry, entry.path.slice(skip), ticks, beside)));
    const left = shown.length - list.childElementCount;
    rest.hidden = left === 0;
    if (left === 0 && start > 0) list.focus();
    more.lastElementChild?.replaceChildren(`${texts.fetching.showMore} (${texts.fetching.more({ rest: left })})`);
  };
  page();
  const others = texts.fetching.more({ rest: unknown });
  return h("div", {}, list, rest, unknown > 0 && h("p", { class: "hint" }, ticks === null ? others : ticked("rest", ticks, h("span", {}, others))));
}

/** A box to be ticked, by a click anywhere beside it too. */
function ticked(index: number | "rest", ticks: Ticks, ...beside: readonly Child[]): HTMLElement {
  const box = h("input", { type: "checkbox", checked: true });
  box.addEventListener("change", () => ticks.tick(index, box.checked));
  return h("label", { class: "tick" }, box, ...beside);
}

function row(entry: OfferedEntry, shortened: string, ticks: Ticks | null, beside: Beside): HTMLElement {
  const { folder, name } = splitPath(shortened);
  const size: Child = entry.folder ? texts.fetching.emptyFolder : bytes(entry.size);
  const path = h("bdi", { class: "file-path" }, folder !== "" && h("span", { class: "file-folder" }, folder), h("wbr"), name);
  const sizeLabel = h("span", { class: "file-size" }, size);
  if (ticks !== null) return h("li", {}, ticked(entry.index, ticks, path, sizeLabel));
  return h("li", {}, icon(entry.folder ? "folder" : "file"), path, sizeLabel, beside(entry, shortened));
}

/** Files that did not make it, each with its reason. */
export function lostList(lost: readonly { readonly path: string; readonly message: string }[]): HTMLElement {
  const rows = lost.slice(0, PAGE).map(({ path, message }) => h("li", {}, h("bdi", { class: "file-path" }, path), h("span", { class: "reason" }, said(message))));
  const rest = lost.length - rows.length;
  return h("ul", { class: "lost", role: "list" }, rows, rest > 0 && h("li", {}, texts.fetching.more({ rest })));
}
