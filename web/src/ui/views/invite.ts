/** A link was opened. Nothing happens until the person acts: looking at a page uses nothing up. */

import { h } from "../dom.ts";
import { read, whole } from "../code_entry.ts";
import { button } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import { codeSign } from "../parts/sign.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function inviteView({ app }: Stage, code: string): View {
  const reading = read(code, app.site.words, true);
  const later = button("plain", null, texts.invite.later, () => app.go({ kind: "home" }));
  if (reading.kind !== "whole") {
    return {
      title: texts.invite.broken,
      body: h("div", { class: "column" }, [h("h1", {}, texts.invite.broken), h("div", { class: "card" }, codeForm(app, code)), later]),
    };
  }
  const full = whole(code, app.site.words);
  return {
    title: texts.invite.title,
    body: h("div", { class: "column" }, [
      h("h1", {}, texts.invite.title),
      codeSign(full),
      h("p", { class: "lead" }, texts.invite.lead),
      h("div", { class: "buttons main-buttons" }, button("primary", "arrow", texts.code.see, () => app.fetch(full)), later),
    ]),
  };
}
