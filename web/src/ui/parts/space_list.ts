/** The sealed spaces of this browser: to be looked into, passed on and left. */

import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { button, copyButton } from "./button.ts";
import { confirm } from "./dialogue.ts";

export function spaceList(app: App, scope: Scope): HTMLElement {
  return scope.region(app.engine.spaces.list, JSON.stringify, (names) => section(app, names));
}

function section(app: App, names: readonly string[]): HTMLElement {
  const title = uid("spaces");
  return h("section", { class: "stack-tight", "aria-labelledby": title }, [
    h("h2", { id: title }, texts.spaces.title),
    h("p", { class: "hint" }, texts.spaces.hint),
    names.length === 0
      ? h("p", { class: "muted" }, texts.spaces.none)
      : h("div", { class: "card contacts-card" }, h("ul", { class: "contact-list", role: "list" }, names.map((name) => row(app, name)))),
    names.length > 0 && h("p", { class: "hint" }, texts.spaces.copyHint),
  ]);
}

function row(app: App, name: string): HTMLElement {
  const label = (action: string): Readonly<Record<string, string>> => ({ "aria-label": texts.spaces.forWhom({ action, space: name }) });
  const leave = (): void => {
    app.engine.spaces.leave(name);
    app.say(texts.spaces.left({ space: name }));
  };
  const actions: readonly Child[] = [
    button("plain", "search", texts.spaces.look, () => app.enter(name), label(texts.spaces.look)),
    copyButton("quiet", texts.spaces.copy, () => app.engine.spaces.link(name), (words) => app.say(words)),
    button("quiet", null, texts.spaces.leave, () => confirm(texts.spaces.leaveTitle({ space: name }), texts.spaces.leaveText, texts.spaces.leave, leave), label(texts.spaces.leave)),
  ];
  return h("li", { class: "contact" }, h("bdi", { class: "short space-name" }, name), h("div", { class: "buttons" }, actions));
}
