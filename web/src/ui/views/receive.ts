/** A code is typed. */

import { h } from "../dom.ts";
import { codeForm } from "../parts/code_form.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function receiveView({ app }: Stage): View {
  const form = h("div", { class: "card" }, codeForm(app, ""));
  form.querySelector("input")?.setAttribute("data-focus", "");
  const body = h("div", { class: "column" }, h("h1", {}, texts.places.receive), h("p", { class: "lead" }, texts.places.receiveLead), form);
  return { title: texts.places.receive, body };
}
