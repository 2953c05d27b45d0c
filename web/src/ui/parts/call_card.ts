/** Contacts who call, each with what they offer, and what can be said to it. */

import type { Call, Target } from "../../app/model.ts";
import type { App } from "../app.ts";
import { h, uid } from "../dom.ts";
import { Rows } from "../rows.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { button, type Weight } from "./button.ts";
import { visibleEntries } from "./file_list.ts";
import { contactMarks, namedContact } from "./person.ts";

/** First names of what is offered that are shown. */
const NAMES = 3;

export function requestCards(app: App, scope: Scope): HTMLElement {
  const title = uid("requests");
  const rows = new Rows<Call>(scope, h("ul", { class: "receivers", role: "list" }), (call) => callCard(app, call));
  const box = h("section", { class: "stack-tight", "aria-labelledby": title }, h("h2", { id: title }, texts.contacts.requests), rows.list);
  scope.watch(app.engine.contacts.calls, (calls) => {
    const waiting = calls.filter(({ isTaken }) => !isTaken);
    rows.follow(waiting);
    box.hidden = waiting.length === 0;
  });
  return box;
}

function callCard(app: App, call: Call): HTMLElement {
  const { contact, fetch } = call;
  const { contacts } = app.engine;
  const { name, id } = contact;
  const remark = h("p", { class: "hint", "aria-live": "polite" });
  const [first] = fetch.targets();
  const accept = async (target: Target): Promise<void> => {
    if (await fetch.accept(target)) app.receive(call, target, true);
    else remark.textContent = texts.fetching.noPlace;
  };
  const act = (weight: Weight, words: string, press: () => void): HTMLElement => button(weight, null, words, press, { "aria-label": texts.contacts.forWhom({ action: words, name }) });
  return h("li", { class: "card receiver call" }, [
    namedContact(contact, ""),
    contactMarks(contact),
    h("h3", {}, h("bdi", {}, offered(call))),
    preview(call),
    h("div", { class: "buttons" }, [
      first !== undefined && act("primary", texts.contacts.accept, () => void accept(first)),
      first !== undefined && contact.standing !== "always" && act("plain", texts.contacts.always, () => {
        contacts.change(id, "allow");
        void accept(first);
      }),
      act("plain", texts.contacts.decline, () => fetch.decline()),
      act("quiet", texts.contacts.choose, () => app.receive(call, null, true)),
      act("quiet", texts.contacts.block, () => contacts.change(id, "block")),
    ]),
    contact.standing !== "always" && h("p", { class: "hint" }, h("bdi", {}, texts.contacts.alwaysHint({ name }))),
    remark,
  ]);
}

function offered({ contact: { name }, fetch: { offer } }: Call): string {
  const { value } = offer;
  if (value === null || value.text) return texts.contacts.offersText({ name });
  return texts.contacts.offers({ name, what: texts.contents(value) });
}

/** The first names. */
function preview({ fetch: { offer } }: Call): HTMLElement | null {
  const { value } = offer;
  if (value === null || value.text) return null;
  const shown = visibleEntries(value.entries).slice(0, NAMES);
  const rest = value.files + value.folders - shown.length;
  return h("ul", { class: "call-names", role: "list" }, shown.map(({ path }) => h("li", {}, h("bdi", {}, path))), rest > 0 && value.entries.length > NAMES && h("li", { class: "muted" }, texts.contacts.more({ rest })));
}
