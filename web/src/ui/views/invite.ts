/** A link was opened. Nothing happens until the person acts: looking at a page uses nothing up. */

import { CodeProblem, format, parse } from "../../secure/code.ts";
import { h } from "../dom.ts";
import { button } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import { codeSign } from "../parts/sign.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function inviteView({ app }: Stage, code: string): View {
  const full = wholeCode(code);
  const later = button("plain", null, texts.invite.later, () => app.go({ kind: "home" }));
  if (full === null) {
    return {
      title: texts.invite.broken,
      body: h("div", { class: "column" }, [h("h1", {}, texts.invite.broken), h("div", { class: "card" }, codeForm(app, code)), later]),
    };
  }
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

/** The code with its words in full; null if it cannot be one, which the form then explains. */
function wholeCode(text: string): string | null {
  try {
    return format(parse(text));
  } catch (problem) {
    if (problem instanceof CodeProblem) return null;
    throw problem;
  }
}
