/** What others publish: a search as one types, and who is here. */

import { folderIn, isBrokenAddress } from "../../directory/query.ts";
import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { button } from "../parts/button.ts";
import { notice } from "../parts/notice.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { openFolder, searchForm } from "./find_form.ts";
import { peopleList } from "./find_people.ts";
import { resultList } from "./find_results.ts";
import { findingOf, forgetLeft, isAskedFor, isLookedAround, look, lookAround } from "./finding.ts";
import type { Stage, View } from "./view.ts";

export function findView({ app, scope }: Stage): View {
  const body = scope.region(app.engine.directory.isThere, (isThere) => isThere, (isThere, inner) => {
    if (isThere === null) return h("div", { class: "waiting" }, h("h1", {}, texts.find.title), h("p", { class: "lead" }, texts.find.unknown));
    return isThere ? searching(app, inner) : absent(app);
  });
  return { title: texts.find.title, body: h("div", { class: "column find" }, body) };
}

function absent(app: App): Child {
  return h("div", { class: "stack" }, [
    h("h1", {}, texts.find.none),
    notice("info", texts.find.noneText),
    h("div", { class: "buttons main-buttons" }, button("primary", "arrow", texts.check.home, () => app.go({ kind: "home" }))),
  ]);
}

function searching(app: App, scope: Scope): Child {
  forgetLeft(app);
  const finding = findingOf(app);
  const form = searchForm(app, finding);
  if (!isAskedFor(finding, app.query.value)) look(finding, app.query.value);
  if (!isLookedAround(finding, app.query.value.space)) lookAround(finding, app.query.value.space);
  const results = resultList(app, finding, form, scope);
  const people = peopleList(app, finding, scope);
  scope.watch(finding.search.state, ({ stage }) => {
    results.hidden = stage === "blank";
    people.hidden = stage !== "blank";
  });
  return [h("h1", {}, texts.find.title), h("p", { class: "lead" }, texts.find.lead), form.element, addressRemark(app, scope), results, people];
}

/** What is typed may be no words, but the address of a folder, or of nothing. */
function addressRemark(app: App, scope: Scope): HTMLElement {
  return scope.region(app.query, ({ text }) => folderIn(text) !== null || isBrokenAddress(text) ? text : "", ({ text }) => {
    const folder = folderIn(text);
    if (folder !== null) return notice("info", h("p", {}, texts.find.folder), button("primary", "folder", texts.find.openFolder, () => openFolder(app, folder)));
    return isBrokenAddress(text) && notice("warn", texts.find.broken);
  });
}
