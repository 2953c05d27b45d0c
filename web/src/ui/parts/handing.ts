/** What is shared goes on when the page is closed: who serves it, how far that is, and its end. */

import type { ContactInfo, HandedShare, Handing, HandingState, HandOver } from "../../app/model.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import { percent, when } from "../format.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { button } from "./button.ts";
import { confirm, openDialogue } from "./dialogue.ts";
import { notice } from "./notice.ts";
import { namedContact } from "./person.ts";

/** Lives to choose, in seconds; a week, as long as a code lives at most by itself, unless it is changed. */
const LIVES = ["86400", "604800", "2592000"] as const;
const USUAL = "604800";

/** Leads to the choice of who goes on with it. */
export function handingButton(app: App, handing: Handing): HTMLElement {
  return button("plain", "up", texts.handing.action, () => choose(app, handing));
}

/** How far it is, if it was begun. */
export function handingState(scope: Scope, handing: Handing): HTMLElement {
  return scope.region(handing.current, (now) => now, (now, inner) => now !== null && h("div", { role: "status" }, inner.region(now.state, (state) => (state.kind === "copying" ? percentOf(state) : state.kind), (state) => running(now, state))));
}

/** Ends it, after it was asked whether that is meant. */
export function stopButton(app: App, share: HandedShare): HTMLElement {
  const { title, by: { name } } = share;
  const stop = async (): Promise<void> => {
    try {
      await app.engine.handed.stop(share);
      app.say(texts.handing.stopped({ title }));
    } catch (error) {
      app.say(said(error instanceof Error ? error.message : String(error)));
    }
  };
  return button("plain", "close", texts.handing.stop, () => confirm(texts.handing.stopTitle, texts.handing.stopText({ name }), texts.handing.stop, () => void stop()));
}

/** All that is served in our name, whether it was handed over now or by an earlier visit. */
export function handedList(app: App, scope: Scope): HTMLElement {
  const title = uid("handed");
  return scope.region(app.engine.handed.list, (all) => all, (all) => all.length > 0 && h("section", { class: "stack-tight", "aria-labelledby": title }, [
    h("h2", { id: title }, texts.handing.list),
    h("div", { class: "card contacts-card" }, h("ul", { class: "contact-list", role: "list" }, all.map((each) => row(app, each)))),
  ]));
}

function row(app: App, share: HandedShare): HTMLElement {
  const { title, code, by: { name }, until } = share;
  return h("li", { class: "contact" }, [
    h("div", { class: "names" }, [
      h("bdi", { class: "short" }, title === "" ? texts.contents({ text: true, files: 1, folders: 0, bytes: 0 }) : title),
      h("span", { class: "claim" }, h("bdi", {}, texts.handing.served({ name, time: when(until) })), " · ", h("bdi", { translate: "no" }, code)),
    ]),
    h("div", { class: "buttons" }, stopButton(app, share)),
  ]);
}

function choose(app: App, handing: Handing): void {
  const contacts = app.engine.contacts.list.value.filter(({ standing }) => standing === "ask" || standing === "always");
  openDialogue(texts.handing.title, (close) => {
    const lives = livesField();
    const begin = ({ id }: ContactInfo): void => {
      close();
      handing.begin(id, lives.read());
    };
    return [
      h("p", {}, contacts.length === 0 ? texts.handing.none : texts.handing.lead),
      contacts.length > 0 && lives.element,
      h("ul", { class: "contact-list", role: "list" }, contacts.map((each) => h("li", { class: "contact" }, [
        namedContact(each, ""),
        h("div", { class: "buttons" }, button("plain", null, texts.handing.choose, () => begin(each), { "aria-label": texts.contacts.forWhom({ action: texts.handing.choose, name: each.name }) })),
      ]))),
      h("div", { class: "buttons" }, button("plain", null, texts.dialogue.close, close)),
    ];
  });
}

function livesField(): { readonly element: HTMLElement; read(): number } {
  const id = uid("lives");
  const select = h("select", { id }, LIVES.map((each) => h("option", { value: each, selected: each === USUAL }, texts.handing.lives[each])));
  return { element: h("div", { class: "field" }, h("label", { for: id }, texts.handing.until), select), read: () => Number(select.value) };
}

function percentOf({ progress: { bytes, total } }: Extract<HandingState, { kind: "copying" }>): number {
  return percent(bytes, total);
}

function running(now: HandOver, state: HandingState): Child {
  const { to: { name } } = now;
  const stop = h("div", { class: "buttons" }, button("quiet", "close", texts.transfer.cancel, () => now.cancel()));
  switch (state.kind) {
    case "calling":
      return h("div", {}, h("p", {}, texts.handing.calling({ name })), stop);
    case "copying":
      return h("div", {}, h("p", {}, texts.handing.copying({ name, percent: percentOf(state) })), stop);
    case "moving":
      return h("p", {}, texts.handing.moving({ name }));
    case "done":
      return null;
    case "failed":
      return notice("warn", texts.handing.failed({ name }), " ", said(state.problem.message));
  }
}
