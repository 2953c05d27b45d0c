/** Where a person looks: with everybody, at what contacts share, or in a sealed space; and what is said where nobody publishes. */

import { CONTACTS } from "../../spaces/space.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import * as texts from "../texts.ts";

export interface SpaceChoice {
  readonly element: Child;
  readonly select: HTMLSelectElement;
  /** What is said when words are not taken along: a server must not see the same sought in the open and in a space. */
  readonly remark: HTMLElement;
}

/** Everybody, contacts, or one of the sealed spaces; nothing is shown to who has neither. */
export function spaceChoice(app: App): SpaceChoice {
  const [id, chosen, names] = [uid("where"), app.query.value.space ?? "", app.engine.spaces.list.value];
  const hasContacts = chosen === CONTACTS || app.engine.contacts.list.value.some(({ standing }) => standing === "ask" || standing === "always");
  const contacts = hasContacts && option(CONTACTS, texts.spaces.contacts, chosen);
  const select = h("select", { id }, option("", texts.spaces.everybody, chosen), contacts, names.map((space) => option(space, texts.spaces.space({ space }), chosen)));
  const element = (hasContacts || names.length > 0) && h("div", { class: "field where" }, h("label", { for: id }, texts.spaces.where), select);
  return { element, select, remark: h("p", { class: "hint", role: "status", hidden: true }, texts.spaces.apart) };
}

/** One of a list of choices. */
export function option(value: string, label: string, chosen: string): HTMLElement {
  return h("option", { value, selected: value === chosen }, label);
}

/** What is said where nobody publishes anything. */
export function nobodyWords(space: string | null): { readonly status: string; readonly hint: string } {
  if (space === null) return { status: texts.find.nobody, hint: texts.find.nobodyHint };
  if (space === CONTACTS) return { status: texts.spaces.noContacts, hint: texts.spaces.noContactsHint };
  return { status: texts.spaces.nobody, hint: texts.spaces.nobodyHint };
}
