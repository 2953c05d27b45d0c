/** What is looked for, as it is typed and narrowed down. */

import { type FolderAddress, folderIn, SIZES, type SizeRange } from "../../directory/query.ts";
import type { Kind } from "../../gen/signaling.ts";
import { SEARCH_CHARS } from "../../gen/signaling_constants.ts";
import type { App } from "../app.ts";
import { h, uid } from "../dom.ts";
import { option, spaceChoice } from "../parts/where.ts";
import * as texts from "../texts.ts";
import { type Finding, look, lookAround } from "./finding.ts";

export interface SearchForm {
  readonly element: HTMLElement;
  readonly words: HTMLInputElement;
  /** Looks for all kinds and sizes. */
  unfilter(): void;
}

export function openFolder(app: App, { peer, path }: FolderAddress): void {
  app.go({ kind: "shelf", shelf: { peer, library: null, path, space: app.query.value.space } });
}

export function searchForm(app: App, finding: Finding): SearchForm {
  const { text, kind: chosenKind, size: chosenSize } = app.query.value;
  const [wordsId, hintId, kindId, sizeId] = [uid("words"), uid("hint"), uid("kind"), uid("size")];
  const words = h("input", { id: wordsId, type: "search", dir: "auto", maxlength: SEARCH_CHARS, autocomplete: "off", autocapitalize: "none", spellcheck: "false", enterkeyhint: "search", "aria-describedby": hintId, "data-focus": true, value: text });
  const kind = h("select", { id: kindId }, option("", texts.find.anyKind, chosenKind ?? ""), Object.entries(texts.find.kinds).map(([each, label]) => option(each, label, chosenKind ?? "")));
  const size = h("select", { id: sizeId }, Object.keys(SIZES).map((each) => option(each, texts.find.sizes[each as SizeRange], chosenSize)));
  const where = spaceChoice(app);
  const changed = (): void => {
    app.query.set({ text: words.value, kind: (kind.value || null) as Kind | null, size: size.value as SizeRange, space: where.select.value || null });
    look(finding, app.query.value);
  };
  where.select.addEventListener("input", () => {
    where.remark.hidden = words.value === "";
    words.value = "";
    changed();
    lookAround(finding, app.query.value.space);
  });
  for (const each of [words, kind, size]) each.addEventListener("input", changed);
  const submit = (event: Event): void => {
    event.preventDefault();
    const folder = folderIn(words.value);
    if (folder !== null) openFolder(app, folder);
  };
  const element = h("form", { class: "card search", role: "search", onsubmit: submit }, [
    h("div", { class: "field" }, h("label", { for: wordsId }, texts.find.label), words, h("p", { id: hintId, class: "hint" }, texts.find.hint)),
    h("div", { class: "search-filters" }, [
      where.element,
      h("div", { class: "field" }, h("label", { for: kindId }, texts.find.kind), kind),
      h("div", { class: "field" }, h("label", { for: sizeId }, texts.find.size), size),
    ]),
    where.remark,
  ]);
  const unfilter = (): void => {
    kind.value = "";
    size.value = "any";
    words.focus();
    changed();
  };
  return { element, words, unfilter };
}
