/** A file to look at: in a frame, from which nothing can reach the page, or as text. */

import type { Looked } from "../../app/model.ts";
import { h } from "../dom.ts";
import * as texts from "../texts.ts";

export function shownFile(looked: Looked, name: string): HTMLElement {
  const label = texts.looking.shown({ name });
  if (looked.kind === "text") return h("pre", { class: "card received", tabindex: 0, "aria-label": label, role: "region" }, h("bdi", {}, looked.text));
  return h("iframe", { class: `shown shown-${looked.kind}`, src: looked.frame, title: label, allow: "fullscreen" });
}
