/** A mark beside the name of somebody, or of their library, that a reader could take for that of a contact. */

import type { ContactInfo } from "../../app/model.ts";
import { type Likeness, ofContacts } from "../../contacts/marking.ts";
import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { list } from "../format.ts";
import { icon } from "../icons.ts";
import * as texts from "../texts.ts";

/** How contacts look, until there are others. */
const looks = new WeakMap<readonly ContactInfo[], Likeness>();

/** `name` is what somebody with this id says that it, or its library, is called. */
export function likenessMark(app: App, name: string, id: string): Child {
  const { value: contacts } = app.engine.contacts.list;
  const likeness = looks.get(contacts) ?? ofContacts(contacts);
  looks.set(contacts, likeness);
  const others = name === "" ? [] : likeness.of(name, id);
  return others.length > 0 && h("span", { class: "likeness" }, icon("warning"), h("bdi", {}, texts.contacts.looksLike({ others: list(others) })));
}
