/** The start: send something, or type a code. */

import { h } from "../dom.ts";
import { icon, scenery, type Icon } from "../icons.ts";
import { button } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function homeView(stage: Stage): View {
  const { app } = stage;
  return {
    title: texts.home.title,
    body: [
      h("div", { class: "hero" }, h("div", { class: "hero-words" }, h("h1", {}, texts.home.title), h("p", { class: "lead" }, texts.home.lead)), scenery()),
      h("div", { class: "doors" }, sendDoor(stage), h("section", { class: "card door", "aria-labelledby": "receive-title" },
        h("h2", { id: "receive-title" }, texts.home.receive), codeForm(app, "", "plain"))),
      h("ul", { class: "points", role: "list" }, Object.entries(texts.home.points).map(([sign, { title, text }]) => point(sign as keyof typeof texts.home.points, title, text))),
    ],
  };
}

/** Ways to choose something. */
export function sendDoor({ app, gatherer }: Stage): HTMLElement {
  const { home } = texts;
  return h(
    "section",
    { class: "card door drop", "aria-labelledby": "send-title" },
    h("h2", { id: "send-title" }, h("span", { class: "with-mouse" }, home.drop), h("span", { class: "with-touch" }, home.choose)),
    h("div", { class: "buttons" }, [
      button("primary", "file", home.files, () => gatherer.pickFiles()),
      gatherer.canPickFolder && button("plain", "folder", home.folder, () => gatherer.pickFolder()),
      button("plain", "text", home.text, () => app.go({ kind: "draft", draft: { kind: "text", text: "" } })),
    ]),
    h("p", { class: "hint with-mouse" }, home.paste),
  );
}

function point(sign: Icon, title: string, text: string): HTMLElement {
  return h("li", {}, icon(sign), h("h3", {}, title), h("p", {}, text));
}
