/** Contacts: who asks, who can be sent to, and who was only met. */

import type { ContactInfo, Watchable } from "../../app/model.ts";
import { CONTACTS } from "../../spaces/space.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import { askName } from "../parts/acquaintance.ts";
import { button } from "../parts/button.ts";
import { requestCards } from "../parts/call_card.ts";
import { editContact } from "../parts/contact_form.ts";
import { confirm } from "../parts/dialogue.ts";
import { notice } from "../parts/notice.ts";
import { contactMarks, namedContact } from "../parts/person.ts";
import { spaceList } from "../parts/space_list.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import type { Gatherer, Stage, View } from "./view.ts";

export function contactsView({ app, scope, gatherer }: Stage): View {
  const { contacts } = app.engine;
  const body = [
    h("h1", {}, texts.contacts.title),
    h("p", { class: "lead" }, texts.contacts.lead),
    requestCards(app, scope),
    scope.region(contacts.isThere, (isThere) => isThere === false, (isThere) => isThere === false && notice("warn", texts.contacts.notThere)),
    reachable(app, scope),
    scope.region(contacts.list, JSON.stringify, (all) => lists(app, gatherer, all)),
    remembering(app, scope),
    spaceList(app, scope),
  ];
  return { title: texts.contacts.title, body: h("div", { class: "column contacts" }, body) };
}

/** Nobody is told that this page is open before its person wants it. */
function reachable(app: App, scope: Scope): HTMLElement {
  const { contacts } = app.engine;
  return switchFor(scope, contacts.isReachable, texts.contacts.reachable, texts.contacts.reachableHint, (isOn) => {
    contacts.setReachable(isOn);
    app.memory.change({ reachable: isOn });
    app.say(isOn ? texts.contacts.reachableAll : texts.contacts.reachableNone);
  });
}

/** What is kept of people is theirs to know of, and ends when they want it to. */
function remembering(app: App, scope: Scope): HTMLElement {
  const { contacts } = app.engine;
  return switchFor(scope, contacts.isRemembering, texts.contacts.remember, texts.contacts.rememberHint, (isOn) => {
    contacts.setRemembering(isOn);
    app.memory.change({ remember: isOn });
    app.say(isOn ? texts.contacts.rememberOn : texts.contacts.rememberOff);
  });
}

function switchFor(scope: Scope, state: Watchable<boolean>, label: string, hint: string, change: (isOn: boolean) => void): HTMLElement {
  const [id, hintId] = [uid("switch"), uid("hint")];
  const input = h("input", { id, type: "checkbox", role: "switch", "aria-describedby": hintId, onchange: () => change(input.checked) });
  scope.watch(state, (isOn) => void (input.checked = isOn));
  return h("div", { class: "card option" }, input, h("div", {}, h("label", { for: id }, label), h("p", { id: hintId, class: "hint" }, hint)));
}

function lists(app: App, gatherer: Gatherer, all: readonly ContactInfo[]): Child {
  const met = all.filter(({ standing }) => standing === "met");
  const known = all.filter(({ standing }) => standing !== "met");
  return h("div", { class: "stack" }, [
    section(texts.contacts.yours, null, known.map((each) => contactRow(app, gatherer, each)), texts.contacts.none),
    known.length > 0 && h("div", { class: "buttons" }, button("plain", "search", texts.contacts.shared, () => app.enter(CONTACTS))),
    met.length > 0 && section(texts.contacts.met, texts.contacts.metHint, met.map((each) => metRow(app, each)), "", button("quiet", null, texts.contacts.forgetAll, () => askForgetAll(app))),
  ]);
}

function section(words: string, hint: string | null, rows: readonly HTMLElement[], none: string, below: Child = null): HTMLElement {
  const title = uid("contacts");
  return h("section", { class: "stack-tight", "aria-labelledby": title }, [
    h("h2", { id: title }, words),
    hint !== null && h("p", { class: "hint" }, hint),
    rows.length === 0 ? h("p", { class: "muted" }, none) : h("div", { class: "card contacts-card" }, h("ul", { class: "contact-list", role: "list" }, rows)),
    below !== null && h("div", { class: "buttons" }, below),
  ]);
}

function askForgetAll(app: App): void {
  confirm(texts.contacts.forgetAllTitle, texts.contacts.forgetAllText, texts.contacts.forgetAll, () => {
    app.engine.contacts.forgetMet();
    app.say(texts.contacts.forgotAll);
  });
}

function contactRow(app: App, gatherer: Gatherer, contact: ContactInfo): HTMLElement {
  const { standing } = contact;
  return row(contact, standing === "met" ? "" : texts.contacts.standing[standing], [
    standing !== "blocked" && act("plain", "up", texts.contacts.send, contact, () => gatherer.pickFiles(contact)),
    act("quiet", null, texts.contacts.edit, contact, () => editContact(app, contact)),
  ]);
}

function metRow(app: App, contact: ContactInfo): HTMLElement {
  const forget = (): void => {
    app.engine.contacts.remove(contact.id);
    app.say(texts.contacts.forgot({ name: contact.name }));
  };
  return row(contact, "", [
    act("plain", "plus", texts.contacts.add, contact, () => askName(app, contact)),
    act("quiet", null, texts.contacts.forget, contact, forget),
  ]);
}

function row(contact: ContactInfo, words: string, actions: readonly Child[]): HTMLElement {
  return h("li", { class: "contact", "data-standing": contact.standing }, [
    namedContact(contact, words),
    h("div", { class: "buttons" }, actions),
    contactMarks(contact),
  ]);
}

function act(weight: "plain" | "quiet", sign: Parameters<typeof button>[1], words: string, { name }: ContactInfo, press: () => void): HTMLElement {
  return button(weight, sign, words, press, { "aria-label": texts.contacts.forWhom({ action: words, name }) });
}
