/** What is about to be shared, and how. */

import type { ContactInfo, ShareOptions } from "../../app/model.ts";
import type { App } from "../app.ts";
import { fill, h, uid } from "../dom.ts";
import { filesIn, OPTIONS, TEXT_BYTES, without, type Draft, type Group } from "../draft.ts";
import { bytes } from "../format.ts";
import { icon } from "../icons.ts";
import { button } from "../parts/button.ts";
import { notice } from "../parts/notice.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

export function draftView(stage: Stage, draft: Draft): View {
  return draft.kind === "text" ? textDraft(stage, draft.text) : filesDraft(stage, draft.groups);
}

function filesDraft({ app, gatherer }: Stage, groups: readonly Group[]): View {
  const { draft: words } = texts;
  const total = groups.reduce((sum, each) => sum + each.bytes, 0);
  const files = groups.reduce((sum, each) => sum + filesIn(each), 0);
  const chosen = options();
  const go = new Go(() => app.share({ kind: "files", groups }, chosen.read()), app.recipient === null);
  return {
    title: words.title,
    body: h("div", { class: "column" }, [
      h("h1", {}, words.title),
      h("p", { class: "lead" }, texts.amount(files, total)),
      h("ul", { class: "card groups", role: "list" }, groups.map((each) => groupRow(app, groups, each))),
      h("div", { class: "buttons" }, [
        button("quiet", "plus", words.more, () => gatherer.pickFiles()),
        gatherer.canPickFolder && button("quiet", "folder", words.moreFolder, () => gatherer.pickFolder()),
      ]),
      sendToContact(app, () => ({ kind: "files", groups }), go.remark),
      chosen.element,
      h("div", { class: "buttons main-buttons" }, [
        go.button,
        button("plain", null, words.cancel, () => app.discard()),
      ]),
      go.remark,
    ]),
  };
}

function groupRow(app: App, groups: readonly Group[], group: Group): HTMLElement {
  const { draft: words } = texts;
  const remove = (): void => {
    const rest = without(groups, group.name);
    app.say(words.removed({ name: group.name }));
    if (rest.length === 0) app.discard();
    else app.go({ kind: "draft", draft: { kind: "files", groups: rest } });
  };
  const detail = group.folder ? words.inFolder({ files: filesIn(group), size: bytes(group.bytes) }) : bytes(group.bytes);
  return h(
    "li",
    {},
    icon(group.folder ? "folder" : "file"),
    h("div", { class: "names" }, h("bdi", { class: "file-path" }, group.name), h("span", { class: "claim" }, detail)),
    h("button", { type: "button", class: "button quiet icon-only", "aria-label": words.remove({ name: group.name }), onclick: remove }, icon("close")),
  );
}

function textDraft({ app }: Stage, text: string): View {
  const { draft: words } = texts;
  const [field, hint] = [uid("text"), uid("hint")];
  const area = h("textarea", { id: field, dir: "auto", rows: 10, "aria-describedby": hint, "data-focus": true });
  area.value = text;
  const remark = h("p", { id: hint, class: "hint", "aria-live": "polite" }, words.textHint);
  const chosen = options();
  const go = new Go(() => app.share({ kind: "text", text: area.value }, chosen.read()));
  const to = sendToContact(app, () => ({ kind: "text", text: area.value }), go.remark);
  const judge = (): void => {
    const long = new TextEncoder().encode(area.value).length > TEXT_BYTES;
    for (const each of [go.button, ...(to?.querySelectorAll("button") ?? [])]) each.disabled = long || area.value.trim() === "";
    remark.textContent = long ? words.tooLong({ limit: bytes(TEXT_BYTES) }) : words.textHint;
    area.setAttribute("aria-invalid", String(long));
  };
  area.addEventListener("input", judge);
  judge();
  return {
    title: words.textTitle,
    body: h("div", { class: "column" }, [
      h("h1", {}, words.textTitle),
      h("div", { class: "field" }, h("label", { for: field }, words.textLabel), area, remark),
      to,
      chosen.element,
      h("div", { class: "buttons main-buttons" }, go.button, button("plain", null, words.cancel, () => app.discard())),
      go.remark,
    ]),
  };
}

/** The button that shares, and below it why that was not possible. */
class Go {
  readonly remark = h("div", { role: "alert" });
  readonly button: HTMLButtonElement;

  constructor(share: () => void, isFirst = true) {
    this.button = button(isFirst ? "primary" : "plain", "arrow", texts.draft.go, () => attempt(share, this.remark));
  }
}

/** Says in `remark` why it was not possible. */
function attempt(share: () => void, remark: HTMLElement): void {
  try {
    share();
  } catch (problem) {
    fill(remark, notice("bad", said(problem instanceof Error ? problem.message : String(problem))));
  }
}

/** Contacts, to whom it can be sent without a code; the one for whom it was gathered stands out. */
function sendToContact(app: App, draft: () => Draft, remark: HTMLElement): HTMLElement | null {
  const all = app.engine.contacts.list.value.filter(({ standing }) => standing === "ask" || standing === "always");
  if (all.length === 0 || app.engine.contacts.isThere.value === false) return null;
  const { recipient } = app;
  const title = uid("to");
  const row = (contact: ContactInfo): HTMLElement => {
    const isChosen = contact.id === recipient?.id;
    return h("li", {}, button(isChosen ? "primary" : "plain", "person", h("bdi", {}, texts.contacts.sendTo({ name: contact.name })), () => attempt(() => app.sendTo(contact, draft()), remark), { title: contact.short }));
  };
  const sorted = [...all.filter(({ id }) => id === recipient?.id), ...all.filter(({ id }) => id !== recipient?.id)];
  return h("section", { class: "send-to", "aria-labelledby": title }, h("h2", { id: title }, texts.contacts.draftTitle), h("ul", { class: "buttons", role: "list" }, sorted.map(row)));
}

function options(): { readonly element: HTMLElement; read(): ShareOptions } {
  const { draft: words } = texts;
  const [onceId, hint, lifeId] = [uid("once"), uid("hint"), uid("life")];
  const once = h("input", { id: onceId, type: "checkbox", "aria-describedby": hint, checked: OPTIONS.once });
  const choice = ([seconds, label]: readonly [string, string]): HTMLElement =>
    h("option", { value: seconds, selected: Number(seconds) === OPTIONS.expires }, label);
  const life = h("select", { id: lifeId }, Object.entries(words.lives).map(choice));
  const element = h(
    "fieldset",
    { class: "options" },
    h("legend", {}, words.options),
    h("div", { class: "option" }, once, h("div", {}, h("label", { for: onceId }, words.once), h("p", { id: hint, class: "hint" }, words.onceHint))),
    h("div", { class: "option" }, h("label", { for: lifeId }, words.expires), life),
  );
  return { element, read: () => ({ once: once.checked, expires: Number(life.value) }) };
}
