/** Who is at the other end: the proven name in bold, the claimed one in quotes. */

import type { ContactInfo, Person } from "../../app/model.ts";
import { personName } from "../describe.ts";
import { h, type Child } from "../dom.ts";
import { list } from "../format.ts";
import { icon } from "../icons.ts";
import * as texts from "../texts.ts";

export function personLabel(person: Person | null): HTMLElement {
  const claim = person !== null && person.name !== "" ? h("span", { class: "claim" }, texts.transfer.calls({ name: person.name })) : null;
  const delegate = person?.by === undefined ? null : h("span", { class: "claim" }, h("bdi", {}, texts.handing.servedBy({ who: delegateName(person.by) })));
  return h(
    "div",
    { class: "person" },
    h("span", { class: "face" }, person === null ? icon("person") : initials(person.short)),
    h("div", { class: "names" }, h("bdi", { class: "short" }, personName(person)), claim, delegate),
  );
}

/** The two words, which are proven, and what it calls itself. */
function delegateName({ short, name }: Person): string {
  return name === "" ? short : `${short} (${name})`;
}

function initials(short: string): HTMLElement {
  const letters = short.split(/\s+/).map((word) => word[0] ?? "");
  return h("span", { "aria-hidden": "true" }, letters.slice(0, 2).join("").toUpperCase());
}

/** A contact: what our person calls it, and the two words that tell it from whoever is called alike. */
export function namedContact({ short, name }: ContactInfo, words: string): HTMLElement {
  const facts = [short, words].filter((each) => each !== "" && each !== name);
  return h("div", { class: "person" }, [
    h("span", { class: "face" }, initials(name)),
    h("div", { class: "names" }, h("bdi", { class: "short" }, name), h("span", { class: "claim" }, facts.flatMap((each, at) => [at > 0 && " · ", h("bdi", {}, each)]))),
  ]);
}

/** What is to be known of the name of a contact: whose it could be taken for, and whether it is written so as to deceive. */
export function contactMarks({ name, alike, isMixed }: ContactInfo): Child {
  return [
    alike.length > 0 && h("p", { class: "contact-alike" }, h("bdi", {}, texts.contacts.alike({ name, others: list(alike) }))),
    isMixed && h("p", { class: "contact-alike" }, h("bdi", {}, texts.contacts.mixed({ name }))),
  ];
}
