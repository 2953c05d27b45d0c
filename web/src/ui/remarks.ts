/** What is said above every view: that the server cannot be reached, and that there is a newer page. */

import { wouldBeLost } from "./activity.ts";
import type { App } from "./app.ts";
import { fill, h } from "./dom.ts";
import { button } from "./parts/button.ts";
import { notice } from "./parts/notice.ts";
import type { Scope } from "./scope.ts";
import * as texts from "./texts.ts";

/** How long there may be no server before that is said, in milliseconds: a short break heals unseen, and the lamp shows it. */
const AWAY_MS = 3000;

/** Says so in plain words; the page tries again by itself, and the lamp counts down. */
export function unreachable(app: App, scope: Scope): HTMLElement {
  const box = h("section", { class: "remark", "aria-label": texts.server.unreachable, hidden: true });
  const say = (): void => {
    const why = navigator.onLine ? texts.server.noAnswer : texts.server.offline;
    fill(box, notice("warn", h("p", {}, h("strong", {}, texts.server.unreachable), " ", why), h("p", {}, texts.server.stillWorks)));
    box.hidden = false;
    app.say(`${texts.server.unreachable} ${why}`);
  };
  let cancel = (): void => undefined;
  let isWaiting = false;
  scope.watch(app.engine.server, ({ kind }) => {
    if (kind === "online" || kind === "refused") {
      cancel();
      isWaiting = false;
      box.hidden = true;
    } else if (box.hidden && !isWaiting) {
      isWaiting = true;
      const timer = setTimeout(say, AWAY_MS);
      cancel = () => clearTimeout(timer);
    }
  });
  scope.defer(() => cancel());
  return box;
}

/** How often it is looked whether something still runs, in milliseconds: nobody waits for this offer. */
const LOOK_MS = 1000;

/** Offers a newer page, quietly, and never while something would be lost with this one. Whenever the server is back, it is looked for. */
export function newVersion(app: App, scope: Scope): HTMLElement {
  const reload = button("plain", null, texts.server.reload, () => location.reload());
  const box = h("section", { class: "remark", "aria-label": texts.server.newVersion, hidden: true }, notice("info", h("p", {}, texts.server.newVersion), h("div", { class: "buttons" }, reload)));
  scope.every(LOOK_MS, () => void (box.hidden = !app.shell.isNew.value || app.draft !== null || app.activities.value.some(wouldBeLost)));
  let wasOnline = false;
  scope.watch(app.engine.server, ({ kind }) => {
    if (kind !== "online") return;
    if (wasOnline) app.shell.look();
    wasOnline = true;
  });
  return box;
}
