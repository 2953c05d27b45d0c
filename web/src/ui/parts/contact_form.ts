/** What a person may change about a contact. */

import type { Change, Standing } from "../../contacts/contact.ts";
import type { ContactInfo } from "../../app/model.ts";
import type { App } from "../app.ts";
import { h, uid } from "../dom.ts";
import * as texts from "../texts.ts";
import { nameField } from "./acquaintance.ts";
import { button } from "./button.ts";
import { confirm, openDialogue } from "./dialogue.ts";
import { personLabel } from "./person.ts";

type Choice = Exclude<Standing, "met">;

const CHANGES: Readonly<Record<Choice, Change>> = { ask: "ask", always: "allow", blocked: "block" };

export function editContact(app: App, contact: ContactInfo): void {
  const { contacts } = app.engine;
  openDialogue(texts.contacts.editTitle({ name: contact.name }), (close) => {
    const name = nameField(contact);
    const choice = standingChoice(contact);
    const save = (event: Event): void => {
      event.preventDefault();
      if (name.input.value !== contact.name) contacts.rename(contact.id, name.input.value);
      if (choice.read() !== contact.standing) contacts.change(contact.id, CHANGES[choice.read()]);
      app.say(texts.contacts.saved);
      close();
    };
    const remove = (): void => {
      close();
      confirm(texts.contacts.removeTitle({ name: contact.name }), texts.contacts.removeText, texts.contacts.remove, () => {
        contacts.remove(contact.id);
        app.say(texts.contacts.forgot({ name: contact.name }));
      });
    };
    return h("form", { class: "stack", onsubmit: save }, [
      personLabel({ id: contact.id, short: contact.short, name: "" }),
      name.element,
      choice.element,
      h("div", { class: "buttons" }, [
        h("button", { type: "submit", class: "button primary" }, texts.contacts.save),
        button("plain", null, texts.dialogue.close, close),
        button("quiet", null, texts.contacts.remove, remove),
      ]),
    ]);
  });
}

function standingChoice({ standing }: ContactInfo): { readonly element: HTMLElement; read(): Choice } {
  const name = uid("may");
  let chosen: Choice = standing === "met" ? "ask" : standing;
  const choice = (each: Choice): HTMLElement => {
    const id = uid("choice");
    return h("div", { class: "option" }, h("input", { id, type: "radio", name, checked: each === chosen, onchange: () => void (chosen = each) }), h("label", { for: id }, texts.contacts.choice[each]));
  };
  const element = h("fieldset", { class: "choices" }, h("legend", {}, texts.contacts.may), (Object.keys(CHANGES) as Choice[]).map(choice));
  return { element, read: () => chosen };
}
