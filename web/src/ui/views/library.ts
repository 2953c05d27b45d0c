/** What this page publishes: chosen, looked at, confirmed; then who asks, and who fetches. */

import type { Cell } from "../../app/cell.ts";
import type { Audience, LibraryOptions, LibraryRequest, PublicationState } from "../../app/model.ts";
import type { KeptLibrary } from "../../app/memory.ts";
import { planOf, type Plan } from "../../directory/planning.ts";
import type { LibraryActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { isRunning } from "../describe.ts";
import { fromHandle } from "../collect.ts";
import { fill, h, uid, type Child } from "../dom.ts";
import { audienceChoice, audienceLine, audienceWords, isThere } from "../parts/audience.ts";
import { button } from "../parts/button.ts";
import { confirm } from "../parts/dialogue.ts";
import { fileList } from "../parts/file_list.ts";
import { canReadAgain, mayRead, pickFolder } from "../parts/folder_picker.ts";
import { likenessMark } from "../parts/likeness.ts";
import { notice } from "../parts/notice.ts";
import { personLabel } from "../parts/person.ts";
import { receiverList } from "../parts/receivers.ts";
import { Rows } from "../rows.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

/** Longest name and description (contract of `publish`). */
const NAME_CHARS = 64;
const DESCRIPTION_CHARS = 256;

/** `space` is the one in which something is to be published, if that was said. */
export function libraryView({ app, scope }: Stage, activity: LibraryActivity | null, space: string | null = null): View {
  const body = activity === null ? [choosing(app, scope, space)] : published(app, activity, scope);
  return { title: texts.library.title, body: h("div", { class: "column" }, body) };
}

/** What a person says of the library, before there is one. */
function choosing(app: App, scope: Scope, space: string | null): Child {
  const form = optionsForm(app, space);
  const status = h("p", { class: "hint", role: "status" });
  const plan = h("div", { class: "stack" });
  const label = h("span", {}, texts.library.choose);
  const choose = async (): Promise<void> => {
    const collected = await pickFolder((files) => void (status.textContent = texts.home.reading({ files })));
    if (collected === null) return;
    const found = planOf(collected.items);
    status.textContent = found.files.length === 0 ? texts.library.nothing : "";
    label.textContent = texts.library.chooseOther;
    fill(plan, found.files.length > 0 && planned(app, { plan: found, folder: collected.folder }, { form, status, scope }));
    plan.querySelector<HTMLElement>("h2")?.focus();
  };
  return h("div", { class: "stack" }, [
    h("h1", {}, texts.library.title),
    h("p", { class: "lead" }, texts.library.lead),
    scope.region(app.memory.library, (kept) => kept, (kept) => kept !== null && keptLibrary(app, kept)),
    form.element,
    h("div", { class: "buttons" }, button("primary", "folder", label, () => void choose())),
    plan,
    status,
  ]);
}

/** What was published before, by one click: its person has seen what it is, and to whom it goes. */
function keptLibrary(app: App, { folder, ...options }: KeptLibrary): HTMLElement {
  const status = h("p", { class: "hint", role: "status" });
  const publish = async (): Promise<void> => {
    const { to } = options;
    if (to.kind === "space" && !isThere(app, to)) return void (status.textContent = texts.library.notThere({ space: to.space }));
    if (!(await mayRead(folder))) return void (status.textContent = texts.library.mayNotRead);
    const { items } = await fromHandle(folder, (files) => void (status.textContent = texts.home.reading({ files })));
    const { files } = planOf(items);
    if (files.length > 0) app.publish(files, options, folder);
    else status.textContent = texts.library.nothing;
  };
  return h("section", { class: "card stack-tight" }, [
    h("h2", {}, texts.library.before),
    h("p", {}, h("bdi", {}, options.name), " · ", h("span", { class: "muted" }, texts.library.fromFolder({ folder: folder.name }))),
    audienceWords(app, options.to),
    h("div", { class: "buttons" }, button("primary", "share", texts.library.publishAgain, () => void publish()), button("plain", "close", texts.library.forget, () => app.memory.keepLibrary(null))),
    status,
  ]);
}

interface OptionsForm {
  readonly element: HTMLElement;
  readonly name: HTMLInputElement;
  readonly to: Cell<Audience>;
  /** Whether the folder is to be remembered. */
  isKept(): boolean;
  read(): LibraryOptions;
}

function optionsForm(app: App, space: string | null): OptionsForm {
  const whom = audienceChoice(app, space);
  const [nameId, nameHint, aboutId, aboutHint, asksId, asksHint, keepId, keepHint] = ["name", "hint", "about", "hint", "asks", "hint", "keep", "hint"].map(uid) as [string, string, string, string, string, string, string, string];
  const name = h("input", { id: nameId, type: "text", dir: "auto", maxlength: NAME_CHARS, autocomplete: "off", "aria-describedby": nameHint, value: app.engine.me.name.slice(0, NAME_CHARS) });
  const about = h("input", { id: aboutId, type: "text", dir: "auto", maxlength: DESCRIPTION_CHARS, autocomplete: "off", "aria-describedby": aboutHint });
  const asks = h("input", { id: asksId, type: "checkbox", "aria-describedby": asksHint });
  const keep = h("input", { id: keepId, type: "checkbox", "aria-describedby": keepHint });
  const canKeep = canReadAgain() && app.memory.isKept.value;
  const field = (id: string, label: string, input: HTMLElement, hintId: string, hint: string): HTMLElement =>
    h("div", { class: "field" }, h("label", { for: id }, label), input, h("p", { id: hintId, class: "hint" }, hint));
  const element = h("div", { class: "card stack" }, [
    field(nameId, texts.library.name, name, nameHint, texts.library.nameHint),
    field(aboutId, texts.library.description, about, aboutHint, texts.library.descriptionHint),
    whom.element,
    h("div", { class: "option" }, asks, h("div", {}, h("label", { for: asksId }, texts.library.asks), h("p", { id: asksHint, class: "hint" }, texts.library.asksHint))),
    canKeep && h("div", { class: "option" }, keep, h("div", {}, h("label", { for: keepId }, texts.library.keep), h("p", { id: keepHint, class: "hint" }, texts.library.keepHint))),
  ]);
  return { element, name, to: whom.to, isKept: () => keep.checked, read: () => ({ to: whom.to.value, name: name.value.trim(), description: about.value.trim(), asks: asks.checked }) };
}

/** What is around the plan: what was chosen, where something can be said, and for how long. */
interface Around {
  readonly form: OptionsForm;
  readonly status: HTMLElement;
  readonly scope: Scope;
}

/** All that would be told, and to whom, before anything is. */
function planned(app: App, picked: { readonly plan: Plan<File>; readonly folder: FileSystemDirectoryHandle | null }, { form, status, scope }: Around): Child {
  const { folder, files, bytes, leftOut } = picked.plan;
  const entries = files.map(({ path, file }, index) => ({ index, path, size: file.size, folder: false }));
  const publish = (): void => {
    const options = form.read();
    if (options.name !== "") {
      if (picked.folder !== null && form.isKept()) app.memory.keepLibrary({ ...options, folder: picked.folder });
      return app.publish(files, options, picked.folder);
    }
    status.textContent = texts.library.noName;
    form.name.focus();
  };
  return [
    h("section", { class: "card stack-tight" }, [
      h("h2", { tabindex: -1 }, texts.library.planTitle),
      h("p", {}, h("bdi", {}, folder), " · ", texts.amount(files.length, bytes)),
      scope.region(form.to, JSON.stringify, (to) => audienceWords(app, to)),
      leftOut > 0 && h("p", { class: "muted" }, texts.library.leftOut({ files: leftOut })),
      fileList({ title: "", entries, files: files.length, folders: 0 }),
    ]),
    h("div", { class: "buttons main-buttons" }, [
      button("primary", "share", texts.library.publish, publish),
      button("plain", null, texts.library.cancel, () => app.go({ kind: "home" })),
    ]),
  ];
}

function published(app: App, activity: LibraryActivity, scope: Scope): Child {
  const { library } = activity;
  const build = (state: PublicationState, inner: Scope): Child => {
    switch (state.kind) {
      case "opening":
        return h("div", { class: "waiting" }, h("h1", {}, texts.library.opening), h("div", { class: "road", "data-phase": "connecting", "aria-hidden": "true" }));
      case "open":
        return open(activity, inner);
      case "stopped":
        return ended(app, texts.library.stopped, notice("info", texts.library.stoppedText));
      case "failed":
        return ended(app, texts.library.failed, notice("bad", said(state.problem.message)), state.problem.retry ? () => activity.again() : null);
    }
  };
  return [
    scope.region(library.state, ({ kind }) => kind, build),
    requestList(app, library.requests, scope),
    receiverList(app, scope, library, texts.library.nobody),
  ];
}

function open({ library, folder }: LibraryActivity, scope: Scope): Child {
  const askStop = (): void => {
    const isBusy = library.receivers.value.some(({ state }) => isRunning(state.value));
    if (isBusy) confirm(texts.library.stopTitle, texts.library.stopText, texts.library.stop, () => library.stop());
    else library.stop();
  };
  return h("div", { class: "stack" }, [
    h("h1", {}, texts.library.title, " ", h("span", { class: "muted whole" }, h("bdi", {}, library.name))),
    h("div", { class: "card stack-tight" }, [
      h("p", {}, scope.text(library.state, (state) => words(state, library.name, library.files))),
      h("p", { class: "muted" }, scope.text(library.state, (state) => (state.kind === "open" && state.isWhole && state.left > 0 ? texts.library.left({ files: state.left }) : texts.library.keepOpen))),
      h("p", { class: "muted" }, audienceLine(library.to)),
      h("p", { class: "muted" }, folder === null ? texts.library.notFollowed : texts.library.followed),
    ]),
    h("div", { class: "buttons" }, button("plain", "close", texts.library.stop, askStop)),
  ]);
}

function words(state: PublicationState, name: string, files: number): string {
  if (state.kind !== "open") return "";
  if (state.isWhole) return texts.library.whole({ name, files: state.told });
  return state.hashed < files ? texts.library.reading({ hashed: state.hashed, files }) : texts.library.told({ files: state.told });
}

function ended(app: App, title: string, remark: HTMLElement, again: (() => void) | null = null): Child {
  const retry = again !== null && button("primary", "arrow", texts.fetching.again, again);
  const other = button(again === null ? "primary" : "plain", "arrow", texts.library.again, () => app.go({ kind: "library", activity: null }));
  return h("div", { class: "stack" }, [h("h1", {}, title), remark, h("div", { class: "buttons main-buttons" }, retry, other)]);
}

/** Whoever waits for a yes or no. */
function requestList(app: App, requests: LibraryActivity["library"]["requests"], scope: Scope): HTMLElement {
  const title = uid("requests");
  const rows = new Rows<LibraryRequest>(scope, h("ul", { class: "receivers", role: "list" }), (request) => requestRow(app, request));
  const box = h("section", { class: "receivers-part", "aria-labelledby": title }, h("h2", { id: title }, texts.library.requests), rows.list);
  scope.watch(requests, (all) => {
    rows.follow(all);
    box.hidden = all.length === 0;
  });
  return box;
}

function requestRow(app: App, { person, title, files, bytes, why, answer }: LibraryRequest): HTMLElement {
  const act = (weight: "primary" | "plain", label: string, isAllowed: boolean): HTMLElement =>
    button(weight, null, label, () => answer(isAllowed), { "aria-label": texts.transfer.forWhom({ action: label, who: person.short }) });
  return h("li", { class: "card receiver" }, [
    h("div", { class: "receiver-head" }, personLabel(person), likenessMark(app, person.name, person.id)),
    h("p", {}, h("bdi", {}, texts.library.wants({ title, what: texts.amount(files, bytes) }))),
    why !== "" && h("p", { class: "muted" }, h("bdi", {}, why)),
    h("div", { class: "buttons" }, act("primary", texts.library.allow, true), act("plain", texts.library.refuse, false)),
  ]);
}
