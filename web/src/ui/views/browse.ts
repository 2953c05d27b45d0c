/** Inside a library: folders and files, to be looked through and fetched. */

import type { Enquired, Enquiring, Place } from "../../app/model.ts";
import { type FolderContents, libraryAt } from "../../directory/answers.ts";
import { CONTACTS } from "../../spaces/space.ts";
import { printable } from "../../transfer/names.ts";
import type { Shelf } from "../address.ts";
import type { App } from "../app.ts";
import { fill, h, type Child } from "../dom.ts";
import { arrowKeys } from "../parts/arrow_keys.ts";
import { button } from "../parts/button.ts";
import { fileRow, folderRow } from "../parts/hits.ts";
import { likenessMark } from "../parts/likeness.ts";
import { notice } from "../parts/notice.ts";
import { personLabel } from "../parts/person.ts";
import { reportPeer } from "../parts/report.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

export function browseView({ app, scope }: Stage, place: Place): View {
  const { library, path } = place;
  const browsing = app.engine.directory.browse();
  browsing.want(place);
  scope.defer(() => browsing.want(null));
  const title = texts.find.libraryOf({ owner: library.owner.short });
  const act = button("primary", "download", path === "" ? texts.find.fetchAll : texts.find.fetchFolder, () => app.fetchFolder(place));
  const body = h("div", { class: "column find" }, [
    h("div", { class: "receiver-head" }, personLabel(library.owner), library.space !== undefined && h("span", { class: "muted" }, library.space === CONTACTS ? texts.spaces.ofContacts : texts.spaces.inSpace({ space: library.space }))),
    h("h1", {}, title),
    likenessMark(app, library.name, library.owner.id),
    library.description !== "" && h("p", { class: "lead" }, h("bdi", {}, library.description)),
    crumbs(app, place),
    contents(app, browsing, place, scope),
    h("div", { class: "buttons main-buttons" }, act, button("plain", "search", texts.find.back, () => app.go({ kind: "find" })), reportPeer(app, library)),
  ]);
  return { title, body };
}

/** A library of which only the address is known: whose it is has to be here. */
export function shelfView({ app, scope }: Stage, shelf: Shelf): View {
  const { directory } = app.engine;
  const people = directory.people();
  const around = { space: shelf.space };
  const title = h("h1", {}, texts.find.shelfTitle);
  const words = h("p", { class: "lead", role: "status" }, texts.find.shelfSeeking);
  const away = h("div", { class: "buttons main-buttons", hidden: true }, button("primary", "arrow", texts.find.shelfAgain, () => people.want(around)), button("plain", "search", texts.find.back, () => app.go({ kind: "find" })));
  const say = (text: string, isAway: boolean): void => {
    words.textContent = text;
    away.hidden = !isAway;
  };
  scope.watch(directory.isThere, (isThere) => {
    if (isThere === true) people.want(around);
    if (isThere === false) say(texts.find.noneText, false);
  });
  scope.watch(people.state, ({ stage, answer, problem }) => {
    if (stage === "failed") return say(said(problem?.message ?? ""), true);
    if (stage !== "shown" || answer === null) return;
    const library = libraryAt(answer.libraries, shelf);
    // Once the state has been told to all: another view ends this one.
    if (library !== null) queueMicrotask(() => app.go({ kind: "browse", place: { library, path: shelf.path } }));
    else if (answer.more) queueMicrotask(() => people.more());
    else say(texts.find.shelfAway, true);
  });
  scope.defer(() => people.want(null));
  return { title: texts.find.shelfTitle, body: h("div", { class: "column find" }, title, words, away) };
}

/** The way from the top of the library to here. */
function crumbs(app: App, { library, path }: Place): HTMLElement {
  const parts = path === "" ? [] : path.split("/");
  const step = (name: string, at: string, isHere: boolean): HTMLElement => {
    const words = h("bdi", {}, printable(name));
    return h("li", {}, isHere ? h("span", { "aria-current": "location" }, words) : h("button", { type: "button", class: "crumb", onclick: () => app.go({ kind: "browse", place: { library, path: at } }) }, words));
  };
  const steps = parts.map((name, at) => step(name, parts.slice(0, at + 1).join("/"), at === parts.length - 1));
  return h("nav", { "aria-label": texts.find.path }, h("ol", { class: "crumbs", role: "list" }, step(library.name, "", parts.length === 0), steps));
}

function contents(app: App, browsing: Enquiring<Place, FolderContents>, { library, path }: Place, scope: Scope): HTMLElement {
  const list = h("ul", { class: "hits", role: "list", "aria-label": texts.find.contents });
  const card = h("div", { class: "card hits-card", hidden: true }, list);
  const status = h("p", { class: "muted", role: "status" });
  const trouble = h("div", {});
  const more = button("plain", "plus", texts.find.more, () => browsing.more());
  let shown = 0;
  const inside = (name: string): string => (path === "" ? name : `${path}/${name}`);
  const draw = ({ folders, files }: FolderContents): void => {
    const rows = [
      ...folders.map((folder) => folderRow(folder, () => app.go({ kind: "browse", place: { library, path: inside(folder.name) } }))),
      ...files.map((file) => fileRow(app, { ...file, folder: "" }, "")),
    ];
    const fresh = rows.slice(shown);
    list.append(...fresh);
    if (shown > 0 && document.activeElement === more) fresh[0]?.querySelector("button")?.focus();
    shown = rows.length;
  };
  arrowKeys(scope, list);
  scope.watch(browsing.state, (state) => {
    if (state.stage === "shown" && state.answer !== null) draw(state.answer);
    card.hidden = shown === 0;
    more.hidden = state.answer?.more !== true;
    const words = statusWords(state);
    if (status.textContent !== words) status.textContent = words;
    fill(trouble, failure(state));
  });
  return h("section", { class: "stack-tight", "aria-label": texts.find.contents }, status, card, trouble, h("div", { class: "buttons" }, more));
}

function statusWords({ stage, answer }: Enquired<FolderContents>): string {
  if (stage === "failed") return "";
  if (stage === "held") return texts.find.busy;
  if (answer === null) return texts.find.listing;
  return answer.folders.length + answer.files.length === 0 ? texts.find.empty : "";
}

function failure({ problem }: Enquired<FolderContents>): Child {
  return problem !== null && notice("bad", said(problem.message));
}
