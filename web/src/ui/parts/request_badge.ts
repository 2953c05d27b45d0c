/** How many contacts wait for an answer, beside the way to them. */

import type { App } from "../app.ts";
import { h } from "../dom.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";

export function requestBadge(app: App, scope: Scope): HTMLElement {
  const badge = h("span", { class: "badge", hidden: true });
  scope.watch(app.engine.contacts.calls, (calls) => {
    const waiting = calls.filter(({ isTaken }) => !isTaken).length;
    badge.hidden = waiting === 0;
    badge.textContent = waiting === 0 ? "" : texts.contacts.badge({ requests: waiting });
  });
  return badge;
}
