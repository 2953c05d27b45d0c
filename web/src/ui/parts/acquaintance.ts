/** Whoever was met by a code can be made a contact, while a transfer runs or after it. */

import type { ContactInfo, TransferState, Watchable } from "../../app/model.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";
import { openDialogue } from "./dialogue.ts";

/** Longest name of a contact (src/contacts/naming.ts). */
const NAME_CHARS = 64;

/** The way to add the other side of a transfer, or what it is called among the contacts. */
export function acquaintance(app: App, scope: Scope, state: Watchable<TransferState>): Child {
  return scope.region(state, ({ person }) => person?.id, ({ person }, outer) => {
    if (person === null) return null;
    const known = (list: readonly ContactInfo[]): ContactInfo | undefined => list.find(({ id }) => id === person.id);
    return outer.region(app.engine.contacts.list, (list) => JSON.stringify(known(list)), (list) => known(list) !== undefined && offered(app, known(list) as ContactInfo));
  });
}

function offered(app: App, contact: ContactInfo): Child {
  if (contact.standing === "met") return button("quiet", "plus", texts.contacts.add, () => askName(app, contact));
  return contact.standing !== "blocked" && h("p", { class: "muted is-contact" }, h("bdi", {}, texts.contacts.isContact({ name: contact.name })));
}

/** Asks what to call them, and adds them. */
export function askName(app: App, contact: ContactInfo): void {
  openDialogue(texts.contacts.addTitle({ short: contact.short }), (close) => {
    const name = nameField(contact);
    const save = (event: Event): void => {
      event.preventDefault();
      const { contacts } = app.engine;
      contacts.rename(contact.id, name.input.value);
      contacts.change(contact.id, "add");
      app.say(texts.contacts.added({ name: contacts.list.value.find(({ id }) => id === contact.id)?.name ?? contact.short }));
      close();
    };
    return h("form", { class: "stack", onsubmit: save }, [
      name.element,
      !app.engine.contacts.isReachable.value && h("p", { class: "hint" }, texts.contacts.reachHint),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "button primary" }, texts.contacts.add), button("plain", null, texts.dialogue.close, close)),
    ]);
  });
}

/** What our person calls somebody. */
export function nameField({ name }: ContactInfo): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const [id, hint] = [uid("contact"), uid("hint")];
  const input = h("input", { id, type: "text", maxlength: NAME_CHARS, autocomplete: "off", "aria-describedby": hint, value: name });
  return { input, element: h("div", { class: "field" }, h("label", { for: id }, texts.contacts.name), input, h("p", { id: hint, class: "hint" }, texts.contacts.nameHint)) };
}
