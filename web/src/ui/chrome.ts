/** What stands around every view: header with the server's state and the own name, other activities, footer. */

import type { ServerState, TransferState } from "../app/model.ts";
import type { Activity } from "./activity.ts";
import { activityOf, routeTo, type App, type Site } from "./app.ts";
import { personName, phaseWords } from "./describe.ts";
import { fill, h, uid, type Child } from "./dom.ts";
import { icon, type Icon, mark } from "./icons.ts";
import { requestBadge } from "./parts/request_badge.ts";
import { button } from "./parts/button.ts";
import { openDialogue } from "./parts/dialogue.ts";
import { languageMenu } from "./parts/language_menu.ts";
import { notifySwitch } from "./parts/notify_switch.ts";
import { addressOf } from "./table.ts";
import { type Address, formatAddress } from "./address.ts";
import type { Scope } from "./scope.ts";
import * as texts from "./texts.ts";

export function header(app: App, scope: Scope): HTMLElement {
  const home = h("button", { type: "button", class: "brand", "aria-label": texts.app.home, onclick: () => app.go({ kind: "home" }) }, mark(), h("span", {}, texts.app.name));
  const you = h("button", { type: "button", class: "button quiet you", onclick: () => editName(app) }, icon("person"), h("span", {}, h("span", { class: "you-word" }, texts.me.you), scope.text(app.memory.settings, ({ name }) => name || app.engine.me.short)));
  return h("header", { class: "top" }, home, h("div", { class: "top-right" }, serverLamp(app, scope), you));
}

/** A way to a part of the page. */
interface Section {
  readonly name: Address["name"];
  readonly sign: Icon;
  readonly words: string;
  /** A server without a directory has nothing to be found. */
  readonly isOfDirectory: boolean;
}

const sectionList = (): readonly Section[] => [
  { name: "send", sign: "up", words: texts.places.send, isOfDirectory: false },
  { name: "receive", sign: "download", words: texts.places.receive, isOfDirectory: false },
  { name: "find", sign: "search", words: texts.find.open, isOfDirectory: true },
  { name: "library", sign: "folder", words: texts.library.open, isOfDirectory: true },
  { name: "contacts", sign: "people", words: texts.contacts.open, isOfDirectory: false },
  { name: "transfers", sign: "transfers", words: texts.places.transfers, isOfDirectory: false },
];

/** Ways to the parts of the page. What belongs to none of them leads nowhere in particular. */
export function sections(app: App, scope: Scope): HTMLElement {
  return h("nav", { class: "sections", "aria-label": texts.places.nav }, sectionList().map((section) => sectionLink(app, scope, section)));
}

function sectionLink(app: App, scope: Scope, { name, sign, words, isOfDirectory }: Section): HTMLElement {
  const element = h("a", { class: "section", href: `#${name}` }, icon(sign), h("span", {}, words), name === "contacts" && requestBadge(app, scope));
  scope.watch(app.route, (route) => {
    const isHere = addressOf(app, route)?.name === name || (name === "find" && (route.kind === "browse" || route.kind === "shelf"));
    if (isHere) element.setAttribute("aria-current", "page");
    else element.removeAttribute("aria-current");
  });
  if (isOfDirectory) scope.watch(app.engine.directory.isThere, (isThere) => void (element.hidden = isThere === false));
  return element;
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

function editName(app: App): void {
  const [field, hint] = [uid("name"), uid("hint")];
  const { me } = app.engine;
  openDialogue(texts.me.title, (close) => {
    const input = h("input", { id: field, type: "text", dir: "auto", maxlength: 64, autocomplete: "nickname", "aria-describedby": hint, value: app.memory.settings.value.name });
    const save = (event: Event): void => {
      event.preventDefault();
      app.engine.setName(input.value.trim());
      app.memory.change({ name: input.value.trim() });
      app.say(texts.me.saved);
      close();
    };
    return h("form", { class: "stack", onsubmit: save }, [
      h("p", {}, texts.me.proven({ short: me.short })),
      h("div", { class: "field" }, h("label", { for: field }, texts.me.label), input, h("p", { id: hint, class: "hint" }, texts.me.hint)),
      notifySwitch(app),
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
    // They are all in the list of transfers.
    const others = app.route.value.kind === "transfers" ? [] : app.activities.value.filter((each) => each !== shown);
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
      h("a", { class: "button quiet", href: formatAddress({ name: "check" }) }, icon("network"), h("span", {}, texts.check.open)),
      button("quiet", "shield", texts.privacy.open, showPrivacy),
    ]),
    languageMenu(),
    h("p", {}, h("bdi", {}, host), " · ", h("bdi", {}, texts.app.version({ version }))),
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
