/** How many contacts wait for an answer, beside the way to them. */

import type { App } from "../app.ts";
import { fill, h } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";

export function requestBadge(app: App, scope: Scope): HTMLElement {
  const badge = h("span", { class: "badge", hidden: true });
  scope.watch(app.engine.contacts.calls, (calls) => {
    const waiting = calls.filter(({ isTaken }) => !isTaken).length;
    badge.hidden = waiting === 0;
    fill(badge, h("span", { "aria-hidden": "true" }, waiting), h("span", { class: "visually-hidden" }, texts.contacts.badge({ requests: waiting })));
  });
  return badge;
}
