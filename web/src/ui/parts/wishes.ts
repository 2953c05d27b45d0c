/** What a person may want of an offer, beside where it goes: how fast, and whether it is kept until all of it is there. */

import type { OfferInfo, Wishes } from "../../app/model.ts";
import { h, uid } from "../dom.ts";
import { bytes, rate } from "../format.ts";
import * as texts from "../texts.ts";

/** In bytes a second: from a call that goes on beside it, over a slow line, to a fast one that others use too. */
const RATES = [250_000, 1_000_000, 5_000_000, 20_000_000] as const;

/** The options, and what was chosen so far. */
export interface WishesForm {
  readonly element: HTMLElement;
  read(): Wishes;
  /** Something is kept from an earlier visit: going on with it is what was wanted. */
  showKept(kept: number): void;
}

/** How fast it may go: the value is in bytes a second, 0 for no limit. */
export function rateChoice(id: string, chosen: number | null = null): HTMLSelectElement {
  const choice = (value: number, label: string): HTMLElement => h("option", { value, selected: value === (chosen ?? 0) }, label);
  return h("select", { id }, choice(0, texts.wishes.unlimited), RATES.map((each) => choice(each, rate(each))));
}

export function wishesForm({ kept }: OfferInfo, canKeep: boolean, lastLimit: number | null): WishesForm {
  const { wishes: words } = texts;
  const [keepId, hintId, limitId] = [uid("keep"), uid("hint"), uid("limit")];
  const keep = h("input", { id: keepId, type: "checkbox", "aria-describedby": hintId });
  const hint = h("p", { id: hintId, class: "hint", "aria-live": "polite" }, words.keepHint);
  const limit = rateChoice(limitId, lastLimit);
  const showKept = (count: number): void => {
    if (count === 0) return;
    keep.checked = true;
    hint.textContent = words.kept({ size: bytes(count) });
  };
  showKept(kept);
  const element = h(
    "fieldset",
    { class: "options" },
    h("legend", {}, words.title),
    canKeep && h("div", { class: "option" }, keep, h("div", {}, h("label", { for: keepId }, words.keep), hint)),
    h("div", { class: "option" }, h("label", { for: limitId }, words.limit), limit),
  );
  return { element, showKept, read: () => ({ keep: keep.checked, limit: Number(limit.value) || null }) };
}
