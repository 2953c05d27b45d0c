/** Who is here. */

import type { LibraryInfo } from "../../directory/answers.ts";
import { said } from "../../words/said.ts";
import type { App } from "../app.ts";
import { fill, h, uid } from "../dom.ts";
import { arrowKeys } from "../parts/arrow_keys.ts";
import { button } from "../parts/button.ts";
import { libraryRow } from "../parts/hits.ts";
import { nobodyWords } from "../parts/where.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { type Finding, lookAround } from "./finding.ts";

/** How often it is looked who is here, while that is on the screen, in milliseconds: people come and go within minutes. */
const LOOK_MS = 15_000;

export function peopleList(app: App, finding: Finding, scope: Scope): HTMLElement {
  const { people } = finding;
  const title = uid("people");
  const list = h("ul", { class: "hits", role: "list" });
  const status = h("p", { class: "muted", role: "status" });
  let hasLookedFurther = false; // who has is not thrown back to the beginning
  const more = button("plain", "plus", texts.find.more, () => {
    hasLookedFurther = true;
    people.more();
  });
  const hint = h("p", { class: "hint" }, texts.find.nobodyHint);
  const card = h("div", { class: "card hits-card" }, list);
  const box = h("section", { class: "stack-tight", "aria-labelledby": title }, h("h2", { id: title }, texts.find.people), status, card, hint, h("div", { class: "buttons" }, more));
  card.hidden = more.hidden = hint.hidden = true; // until it is known who is here
  let shown = "";
  const draw = (libraries: readonly LibraryInfo[]): void => {
    const held = list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["key"] : undefined;
    fill(list, libraries.map((library) => libraryRow(app, library)));
    if (held !== undefined) list.querySelector<HTMLElement>(`[data-key="${CSS.escape(held)}"]`)?.focus();
  };
  arrowKeys(scope, list);
  scope.watch(people.state, ({ stage, answer, problem }) => {
    if (stage === "blank" && shown !== "") {
      draw([]);
      shown = "";
      card.hidden = more.hidden = true;
    }
    const none = nobodyWords(app.query.value.space);
    if (stage === "failed") status.textContent = said(problem?.message ?? "");
    if (stage !== "shown" || answer === null) return;
    const { libraries } = answer;
    if (JSON.stringify(libraries) !== shown) draw(libraries);
    shown = JSON.stringify(libraries);
    const words = libraries.length > 0 ? "" : none.status;
    if (status.textContent !== words) status.textContent = words;
    hint.hidden = libraries.length > 0;
    hint.textContent = none.hint;
    card.hidden = libraries.length === 0;
    more.hidden = !answer.more;
  });
  scope.every(LOOK_MS, () => {
    const isIdle = !hasLookedFurther && ["blank", "failed", "shown"].includes(people.state.value.stage);
    if (isIdle && !document.hidden && !box.hidden) lookAround(finding, app.query.value.space);
  });
  return box;
}
