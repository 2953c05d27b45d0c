/** Who sends what is fetched: a row for each, if there are several, and a way to add one. */

import type { Fetch, SenderInfo, TransferState } from "../../app/model.ts";
import type { App } from "../app.ts";
import { senderWords } from "../describe.ts";
import { h, uid } from "../dom.ts";
import { Rows } from "../rows.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { anotherCodeForm } from "./code_form.ts";
import { likenessMark } from "./likeness.ts";
import { pathBadge } from "./path_badge.ts";
import { personLabel } from "./person.ts";

/** The list of those who send, which appears with the second. */
export function senderList(app: App, scope: Scope, { senders }: Fetch): HTMLElement {
  const title = uid("senders");
  const rows = new Rows<SenderInfo>(scope, h("ul", { class: "senders", role: "list" }), (sender, inner) => senderRow(app, sender, inner));
  const part = h("section", { class: "card stack", "aria-labelledby": title }, h("h2", { id: title }, texts.senders.title), rows.list);
  scope.watch(senders, (all) => {
    const shown = all.length < 2 ? [] : all;
    rows.follow(shown);
    part.hidden = shown.length === 0;
  });
  return part;
}

/** The field for one more code, folded away: most people have one. */
export function anotherSender(app: App, fetch: Fetch): HTMLElement {
  const form = anotherCodeForm(app, (code) => fetch.add(code));
  return h("details", { class: "fold" }, h("summary", {}, texts.senders.add), h("div", { class: "stack-tight" }, h("p", {}, texts.senders.why), form));
}

function senderRow(app: App, { state }: SenderInfo, scope: Scope): HTMLElement {
  return h("li", { class: "sender" }, [
    h("div", { class: "receiver-head" }, scope.region(state, (now: TransferState) => now.person?.id, ({ person }) => [personLabel(person), person !== null && likenessMark(app, person.name, person.id)]), pathBadge(scope, state, (words) => app.say(words))),
    h("p", { class: "muted" }, scope.text(state, senderWords)),
  ]);
}
