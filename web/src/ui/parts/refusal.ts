/** Shown above every view when the server will not have this page, with what its person can do about it. */

import type { ServerState } from "../../app/model.ts";
import { said } from "../../words/said.ts";
import type { App } from "../app.ts";
import { type Child, fill, h, uid } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";
import { notice } from "./notice.ts";

type Refused = Extract<ServerState, { readonly kind: "refused" }>;

export function refusal(app: App, scope: Scope): HTMLElement {
  const box = h("section", { class: "refusal", "aria-label": texts.server.refusedTitle, hidden: true });
  scope.watch(app.engine.server, (state) => {
    if (state.kind === "connecting") return; // with another word, perhaps
    box.hidden = state.kind !== "refused";
    if (state.kind === "refused") fill(box, remark(app, state));
    app.say(state.kind === "refused" ? said(state.message) : "");
  });
  return box;
}

/** A private server is nothing bad. */
function remark(app: App, state: Refused): HTMLElement {
  const why = said(state.message);
  if (state.reason === "access-word") return notice("info", h("p", {}, h("strong", {}, why)), remedy(app, state));
  return notice("bad", h("p", {}, h("strong", {}, texts.server.refusedTitle)), h("p", {}, why), remedy(app, state));
}

function remedy(app: App, { reason }: Refused): Child {
  if (reason === "access-word") return wordForm(app);
  const reload = button("plain", null, texts.server.reload, () => location.reload());
  return reason === "not-admitted" ? [h("p", { class: "id" }, texts.server.yourId({ id: app.engine.me.id })), reload] : reload;
}

/** The word that was said before, if one was, is not the right one. */
function wordForm(app: App): HTMLElement {
  const [id, hint] = [uid("word"), uid("hint")];
  const before = app.memory.settings.value.access;
  const input = h("input", { id, type: "password", autocomplete: "current-password", required: true, "aria-describedby": hint });
  const enter = (event: Event): void => {
    event.preventDefault();
    app.memory.change({ access: input.value });
    app.engine.admit(input.value);
  };
  return h("form", { class: "stack", onsubmit: enter }, [
    before === "" ? null : h("p", {}, texts.server.wordWrong),
    h("div", { class: "field" }, h("label", { for: id }, texts.server.word), input, h("p", { id: hint, class: "hint" }, texts.server.wordHint)),
    h("button", { type: "submit", class: "button primary" }, texts.server.enter),
  ]);
}
