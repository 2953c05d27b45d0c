/** What stands around every view: header with the server's state and the own name, other activities, footer. */

import type { ServerState, TransferState } from "../app/model.ts";
import type { Activity } from "./activity.ts";
import { activityOf, routeTo, type App, type Site } from "./app.ts";
import { Cell } from "../app/cell.ts";
import { personName, phaseWords } from "./describe.ts";
import { fill, h, uid, type Child } from "./dom.ts";
import { icon, type Icon, mark } from "./icons.ts";
import { button } from "./parts/button.ts";
import { openDialogue } from "./parts/dialogue.ts";
import { notice } from "./parts/notice.ts";
import { CHECK, FIND, LIBRARY } from "./router.ts";
import type { Scope } from "./scope.ts";
import * as texts from "./texts.ts";

export function header(app: App, scope: Scope): HTMLElement {
  const name = new Cell(app.engine.me.name || app.engine.me.short);
  const home = h("button", { type: "button", class: "brand", "aria-label": texts.app.home, onclick: () => app.go({ kind: "home" }) }, mark(), h("span", {}, texts.app.name));
  const you = h("button", { type: "button", class: "button quiet you", onclick: () => editName(app, name) }, icon("person"), h("span", {}, h("span", { class: "you-word" }, texts.me.you), scope.text(name, String)));
  return h("header", { class: "top" }, home, sections(app, scope), h("div", { class: "top-right" }, serverLamp(app, scope), you));
}

/** Ways to the parts of the page; a server without a directory has nothing to be found. */
function sections(app: App, scope: Scope): HTMLElement {
  const link = (address: string, sign: Icon, words: string): HTMLElement => {
    const element = h("a", { class: "button quiet", href: `#${address}` }, icon(sign), h("span", {}, words));
    scope.watch(app.route, ({ kind }) => (kind === address ? element.setAttribute("aria-current", "page") : element.removeAttribute("aria-current")));
    return element;
  };
  const box = h("nav", { class: "sections", "aria-label": texts.find.nav, hidden: true }, link(FIND, "search", texts.find.open), link(LIBRARY, "folder", texts.library.open));
  scope.watch(app.engine.directory.isThere, (isThere) => void (box.hidden = isThere !== true));
  return box;
}

/** A lamp and a word. The seconds count down here, so the engine need not wake for them. */
function serverLamp(app: App, scope: Scope): HTMLElement {
  let since = Date.now();
  const words = document.createTextNode("");
  const lamp = h("p", { class: "server" }, h("span", { class: "lamp", "aria-hidden": "true" }), h("span", {}, words));
  const show = (): void => {
    const state = app.engine.server.value;
    const next = serverWords(state, (Date.now() - since) / 1000);
    lamp.dataset["kind"] = state.kind;
    if (words.data !== next) words.data = next;
  };
  scope.watch(app.engine.server, () => {
    since = Date.now();
    show();
  });
  scope.every(1000, show);
  return lamp;
}

function serverWords(state: ServerState, elapsed: number): string {
  return state.kind === "away" ? texts.server.away({ seconds: Math.max(0, Math.ceil(state.retryIn - elapsed)) }) : texts.server[state.kind];
}

/** Shown above every view when the server will not have this page. */
export function refusal(app: App, scope: Scope): HTMLElement {
  const box = h("section", { class: "refusal", "aria-label": texts.server.refusedTitle, hidden: true });
  scope.watch(app.engine.server, (state) => {
    box.hidden = state.kind !== "refused";
    const reload = button("plain", null, texts.server.reload, () => location.reload());
    if (state.kind === "refused") fill(box, notice("bad", h("p", {}, h("strong", {}, texts.server.refusedTitle)), h("p", {}, state.message), reload));
    app.say(state.kind === "refused" ? state.message : "");
  });
  return box;
}

function editName(app: App, name: Cell<string>): void {
  const [field, hint] = [uid("name"), uid("hint")];
  const { me } = app.engine;
  openDialogue(texts.me.title, (close) => {
    const input = h("input", { id: field, type: "text", maxlength: 64, autocomplete: "nickname", "aria-describedby": hint, value: name.value === me.short ? "" : name.value });
    const save = (event: Event): void => {
      event.preventDefault();
      app.engine.setName(input.value.trim());
      name.set(input.value.trim() || me.short);
      app.say(texts.me.saved);
      close();
    };
    return h("form", { class: "stack", onsubmit: save }, [
      h("p", {}, texts.me.proven({ short: me.short })),
      h("div", { class: "field" }, h("label", { for: field }, texts.me.label), input, h("p", { id: hint, class: "hint" }, texts.me.hint)),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "button primary" }, texts.me.save), button("plain", null, texts.dialogue.close, close)),
    ]);
  });
}

/** What else is open, with a way to it; empty while everything open is on the screen. */
export function otherActivities(app: App, scope: Scope): HTMLElement {
  const box = h("nav", { class: "running", "aria-label": texts.running.label });
  let inner = scope.child();
  const draw = (): void => {
    inner.end();
    inner = scope.child();
    const shown = activityOf(app.route.value);
    const others = app.activities.value.filter((each) => each !== shown);
    fill(box, others.map((each) => button("plain", SIGNS[each.kind], activityWords(each, inner), () => app.go(routeTo(each)))));
    box.hidden = others.length === 0;
  };
  scope.watch(app.route, draw);
  scope.watch(app.activities, draw);
  return box;
}

const SIGNS: Readonly<Record<Activity["kind"], Icon>> = { share: "share", fetch: "download", library: "folder" };

function activityWords(activity: Activity, scope: Scope): Text {
  if (activity.kind === "fetch") return scope.text(activity.fetch.state, fetchWords);
  if (activity.kind === "library") return scope.text(activity.library.receivers, ({ length }) => texts.library.running({ name: activity.library.name, receivers: length }));
  const { summary, receivers } = activity.share;
  return scope.text(receivers, ({ length }) => texts.running.share({ title: summary.title, receivers: length }));
}

function fetchWords(state: TransferState): string {
  const who = personName(state.person);
  const phase = phaseWords(state, "receiving");
  return phase === "" ? texts.running.fetch({ who }) : texts.running.fetchIn({ who, phase });
}

export function footer({ host, version }: Site): HTMLElement {
  return h("footer", { class: "bottom" }, [
    h("div", { class: "buttons" }, [
      h("a", { class: "button quiet", href: `#${CHECK}` }, icon("network"), h("span", {}, texts.check.open)),
      button("quiet", "shield", texts.privacy.open, showPrivacy),
    ]),
    h("p", {}, host, " · ", texts.app.version({ version })),
  ]);
}

function showPrivacy(): void {
  const { privacy } = texts;
  const list = (title: string, lines: Readonly<Record<string, string>>): Child => [h("h3", {}, title), h("ul", {}, Object.values(lines).map((line) => h("li", {}, line)))];
  openDialogue(privacy.title, (close) => [
    list(privacy.seesTitle, privacy.sees),
    list(privacy.neverTitle, privacy.never),
    h("h3", {}, privacy.otherTitle),
    h("p", {}, privacy.other),
    h("h3", {}, privacy.trustTitle),
    h("p", {}, privacy.trust),
    h("div", { class: "buttons" }, button("plain", null, texts.dialogue.close, close)),
  ]);
}
