/** Somebody invites to a sealed space, by a link or by a code: the question, and what may be answered. */

import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { said } from "../../words/said.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";

/** What is asked, and what becomes of the answer; `join` gives what the space is called here, and may throw, with words for the person. */
export interface Question {
  readonly title: string;
  join(): string;
  decline(): void;
}

export function invitationCard(app: App, { title, join, decline }: Question): Child {
  const remark = h("p", { class: "hint", role: "status" });
  const accept = (): void => {
    try {
      const space = join();
      app.say(texts.spaces.joined({ space }));
      app.enter(space);
    } catch (problem) {
      remark.textContent = said(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return [
    h("h1", {}, title),
    h("p", { class: "lead" }, texts.spaces.lead),
    h("p", {}, texts.spaces.trust),
    h("div", { class: "buttons main-buttons" }, button("primary", "arrow", texts.spaces.join, accept), button("plain", null, texts.spaces.later, decline)),
    remark,
  ];
}
