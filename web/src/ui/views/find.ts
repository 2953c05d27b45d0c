/** What others publish: a search as one types, and who is here. */

import type { Around, Enquired, Enquiring } from "../../app/model.ts";
import type { FoundFile, FoundFiles, LibraryInfo, People } from "../../directory/answers.ts";
import { type FolderAddress, folderIn, isBrokenAddress, NOTHING, type Query, SIZES, type SizeRange, termsOf } from "../../directory/query.ts";
import type { Kind } from "../../gen/signaling.ts";
import { SEARCH_CHARS } from "../../gen/signaling_constants.ts";
import { CONTACTS } from "../../spaces/space.ts";
import type { App } from "../app.ts";
import { fill, h, uid, type Child } from "../dom.ts";
import { arrowKeys } from "../parts/arrow_keys.ts";
import { button } from "../parts/button.ts";
import { fileRow, libraryRow } from "../parts/hits.ts";
import { notice } from "../parts/notice.ts";
import { nobodyWords, option, spaceChoice } from "../parts/where.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

/** How often it is looked who is here, while that is on the screen, in milliseconds: people come and go within minutes. */
const LOOK_MS = 15_000;

/** What a person has typed and found; it is kept while other views are open. */
interface Finding {
  readonly search: Enquiring<Query, FoundFiles>;
  readonly people: Enquiring<Around, People>;
}

const findings = new WeakMap<App, Finding>();

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

function findingOf(app: App): Finding {
  const { directory } = app.engine;
  const finding = findings.get(app) ?? { search: directory.search(), people: directory.people() };
  findings.set(app, finding);
  return finding;
}

function searching(app: App, scope: Scope): Child {
  forgetLeft(app);
  const finding = findingOf(app);
  const form = searchForm(app, finding);
  if (!isAskedFor(finding, app.query.value)) look(finding, app.query.value);
  if ((arounds.get(finding) ?? null) !== app.query.value.space) lookAround(finding, app.query.value.space);
  const results = resultList(app, finding, form, scope);
  const people = peopleList(app, finding, scope);
  scope.watch(finding.search.state, ({ stage }) => {
    results.hidden = stage === "blank";
    people.hidden = stage !== "blank";
  });
  return [h("h1", {}, texts.find.title), h("p", { class: "lead" }, texts.find.lead), form.element, addressRemark(app, scope), results, people];
}

/** What is asked for now by this enquiry; what is asked anew would be answered anew. */
const asked = new WeakMap<Finding, string>();

function isAskedFor(finding: Finding, query: Query): boolean {
  return (asked.get(finding) ?? JSON.stringify(NOTHING)) === JSON.stringify(query);
}

function look(finding: Finding, query: Query): void {
  asked.set(finding, JSON.stringify(query));
  finding.search.want(termsOf(query) === null ? null : query);
}

/** Where it was last looked who is there. */
const arounds = new WeakMap<Finding, string | null>();

/** Looks who is there. Who was seen elsewhere is not shown meanwhile, as if they were there. */
function lookAround(finding: Finding, space: string | null): void {
  if ((arounds.get(finding) ?? null) !== space) finding.people.want(null);
  arounds.set(finding, space);
  finding.people.want({ space });
}

/** A space that was left is looked into no more, and what was sought there is sought nowhere else. */
function forgetLeft(app: App): void {
  const { space } = app.query.value;
  if (space !== null && space !== CONTACTS && !app.engine.spaces.list.value.includes(space)) app.query.set(NOTHING);
}

function openFolder(app: App, { peer, path }: FolderAddress): void {
  app.go({ kind: "shelf", shelf: { peer, library: null, path, space: app.query.value.space } });
}

/** What is typed may be no words, but the address of a folder, or of nothing. */
function addressRemark(app: App, scope: Scope): HTMLElement {
  return scope.region(app.query, ({ text }) => folderIn(text) !== null || isBrokenAddress(text) ? text : "", ({ text }) => {
    const folder = folderIn(text);
    if (folder !== null) return notice("info", h("p", {}, texts.find.folder), button("primary", "folder", texts.find.openFolder, () => openFolder(app, folder)));
    return isBrokenAddress(text) && notice("warn", texts.find.broken);
  });
}

interface SearchForm {
  readonly element: HTMLElement;
  readonly words: HTMLInputElement;
  /** Looks for all kinds and sizes. */
  unfilter(): void;
}

function searchForm(app: App, finding: Finding): SearchForm {
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

/** The files; those that stay are left alone when more come. */
function resultList(app: App, finding: Finding, form: SearchForm, scope: Scope): HTMLElement {
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

function peopleList(app: App, finding: Finding, scope: Scope): HTMLElement {
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
