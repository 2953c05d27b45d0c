/** The choice of the language, each called what its speakers call it. */

import { languages } from "../../gen/catalogue.ts";
import { spokenLocale, type Language } from "../../words/catalogue.ts";
import { choose } from "../../words/languages.ts";
import { h, uid } from "../dom.ts";
import { icon } from "../icons.ts";
import * as texts from "../texts.ts";

export function languageMenu(): HTMLElement {
  const id = uid("language");
  const { language: spoken } = spokenLocale();
  const option = ([language, { name, direction }]: readonly [string, { readonly name: string; readonly direction: string }]): HTMLElement =>
    h("option", { value: language, lang: language, dir: direction, selected: language === spoken }, name);
  const menu = h("select", { id, class: "language-menu" }, Object.entries(languages).map(option));
  menu.addEventListener("change", () => void choose(menu.value as Language));
  return h("div", { class: "language" }, icon("internet"), h("label", { for: id, class: "visually-hidden" }, texts.language.label), menu);
}

/** What a person has typed outlives the language in which it was asked for; so does the focus of who has just chosen. */
export function keepTyped(body: HTMLElement, redraw: () => void): void {
  const typed = fields(body).map((field) => field.value);
  redraw();
  fields(body).forEach((field, at) => {
    const before = typed[at] ?? "";
    if (field.value === before) return;
    field.value = before;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  body.querySelector<HTMLElement>(".language-menu")?.focus();
}

function fields(body: HTMLElement): readonly (HTMLInputElement | HTMLTextAreaElement)[] {
  return [...body.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main input:is([type=text], [type=search]):not([readonly]), main textarea")];
}
