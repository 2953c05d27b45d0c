/** The sealed spaces of this browser: to be looked into, passed on and left; and to be made. */

import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { askLeave } from "../views/space.ts";
import { button } from "./button.ts";

/** Longest name of a space, as of a library. */
const NAME_CHARS = 64;

export function spaceList(app: App, scope: Scope): HTMLElement {
  const title = uid("spaces");
  return h("section", { class: "stack-tight", "aria-labelledby": title }, [
    h("h2", { id: title }, texts.spaces.title),
    h("p", { class: "hint" }, texts.spaces.hint),
    scope.region(app.engine.spaces.list, JSON.stringify, (names) => rows(app, names)),
    making(app),
  ]);
}

function rows(app: App, names: readonly string[]): Child {
  if (names.length === 0) return h("p", { class: "muted" }, texts.spaces.none);
  return h("div", { class: "card contacts-card" }, h("ul", { class: "contact-list", role: "list" }, names.map((name) => row(app, name))));
}

function row(app: App, name: string): HTMLElement {
  const label = (action: string): Readonly<Record<string, string>> => ({ "aria-label": texts.spaces.forWhom({ action, space: name }) });
  const actions: readonly Child[] = [
    button("plain", "search", texts.spaces.look, () => app.enter(name), label(texts.spaces.look)),
    button("plain", "plus", texts.spaces.invite, () => app.go({ kind: "space", space: name }), label(texts.spaces.invite)),
    button("quiet", null, texts.spaces.leave, () => askLeave(app, name, () => undefined), label(texts.spaces.leave)),
  ];
  return h("li", { class: "contact" }, h("bdi", { class: "short space-name" }, name), h("div", { class: "buttons" }, actions));
}

/** The form for a new one. */
function making(app: App): HTMLElement {
  const [id, hintId] = [uid("name"), uid("hint")];
  const name = h("input", { id, type: "text", dir: "auto", maxlength: NAME_CHARS, autocomplete: "off", "aria-describedby": hintId });
  const hint = h("p", { id: hintId, class: "hint", "aria-live": "polite" }, texts.spaces.makeHint);
  const refuse = (words: string): void => {
    hint.textContent = words;
    name.focus();
  };
  const make = (event: Event): void => {
    event.preventDefault();
    if (name.value.trim() === "") return refuse(texts.spaces.noName);
    try {
      const space = app.engine.spaces.create(name.value);
      app.say(texts.spaces.made({ space }));
      app.go({ kind: "space", space });
    } catch (problem) {
      refuse(said(problem instanceof Error ? problem.message : String(problem)));
    }
  };
  return h("form", { class: "card stack-tight", novalidate: true, onsubmit: make }, [
    h("div", { class: "field" }, h("label", { for: id }, texts.spaces.make), name, hint),
    h("div", { class: "buttons" }, h("button", { type: "submit", class: "button plain" }, h("span", {}, texts.spaces.create))),
  ]);
}
