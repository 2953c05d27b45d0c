/** The files that were found. */

import type { Enquired } from "../../app/model.ts";
import type { FoundFile, FoundFiles } from "../../directory/answers.ts";
import type { Query } from "../../directory/query.ts";
import { said } from "../../words/said.ts";
import type { App } from "../app.ts";
import { fill, h, type Child } from "../dom.ts";
import { arrowKeys } from "../parts/arrow_keys.ts";
import { button } from "../parts/button.ts";
import { fileRow } from "../parts/hits.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import type { SearchForm } from "./find_form.ts";
import type { Finding } from "./finding.ts";

/** Those that stay are left alone when more come. */
export function resultList(app: App, finding: Finding, form: SearchForm, scope: Scope): HTMLElement {
  const { search } = finding;
  const list = h("ul", { class: "hits", role: "list", "aria-label": texts.find.results });
  const status = h("p", { class: "hit-count", role: "status" });
  const aside = h("div", { class: "stack-tight" });
  const more = button("plain", "plus", texts.find.more, () => search.more());
  const box = h("section", { class: "stack-tight results", "aria-label": texts.find.results }, status, h("div", { class: "card hits-card" }, list), aside, h("div", { class: "buttons" }, more));
  let shown: readonly FoundFile[] = [];
  const draw = (files: readonly FoundFile[], isCurrent: boolean): void => {
    const goesOn = isCurrent && shown.length > 0 && shown.every((file, at) => files[at] === file);
    const rows = (goesOn ? files.slice(shown.length) : files).map((file) => fileRow(app, file, app.query.value.text));
    if (goesOn) list.append(...rows);
    else fill(list, rows);
    if (goesOn && rows.length > 0 && document.activeElement === more) rows[0]?.querySelector("button")?.focus();
    shown = files;
  };
  arrowKeys(scope, list, form.words);
  scope.watch(search.state, (state) => {
    const { answer, stage, isCurrent } = state;
    if (answer?.files !== shown) draw(answer?.files ?? [], isCurrent);
    box.dataset["stage"] = isCurrent ? "shown" : stage;
    list.parentElement?.toggleAttribute("hidden", shown.length === 0);
    more.hidden = answer?.more !== true || !isCurrent;
    const words = statusWords(state);
    if (words !== null && status.textContent !== words) status.textContent = words;
    fill(aside, remarks(state, app.query.value, form));
  });
  return box;
}

/** What is said of the results; null while the next answer is awaited, so that nothing is read out for each letter. */
function statusWords({ stage, answer, problem }: Enquired<FoundFiles>): string | null {
  if (stage === "failed") return `${texts.find.failed}. ${said(problem?.message ?? "")}`;
  if (stage === "held") return texts.find.busy;
  if (stage === "blank") return "";
  if (stage !== "shown" || answer === null) return null;
  const files = answer.files.length;
  if (files === 0) return texts.find.nothing;
  return answer.more ? texts.find.foundMore({ files }) : texts.find.found({ files });
}

function remarks({ stage, answer }: Enquired<FoundFiles>, query: Query, form: SearchForm): Child {
  if (stage !== "shown" || answer === null || answer.files.length > 0) return null;
  const isFiltered = query.kind !== null || query.size !== "any";
  const all = [isFiltered && h("p", {}, texts.find.filtered), h("ul", { class: "search-hints" }, Object.values(texts.find.hints).map((hint) => h("li", {}, hint))), isFiltered && button("plain", null, texts.find.unfilter, () => form.unfilter())];
  return h("div", { class: "card stack-tight" }, all);
}
