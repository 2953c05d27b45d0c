/** Who came for a share: a row for each, kept while its transfer goes on and after. */

import type { Receiver, Share } from "../../app/model.ts";
import { personName } from "../describe.ts";
import { h } from "../dom.ts";
import { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { controls } from "./controls.ts";
import { confirm } from "./dialogue.ts";
import { lostList } from "./file_list.ts";
import { notice } from "./notice.ts";
import { pathBadge, pathKey } from "./path_badge.ts";
import { personLabel } from "./person.ts";
import { road, roadLegend } from "./road.ts";

export function receiverList(scope: Scope, share: Share): HTMLElement {
  const rows = new Map<string, { readonly element: HTMLElement; readonly scope: Scope }>();
  const list = h("ul", { class: "receivers", role: "list" });
  const nobody = h("p", { class: "muted nobody" });
  scope.watch(share.receivers, (receivers) => {
    for (const receiver of receivers) {
      if (rows.has(receiver.key)) continue;
      const inner = scope.child();
      const element = receiverRow(receiver, inner);
      rows.set(receiver.key, { element, scope: inner });
      list.append(element);
    }
    const present = new Set(receivers.map((receiver) => receiver.key));
    for (const [key, row] of rows) {
      if (present.has(key)) continue;
      row.scope.end();
      row.element.remove();
      rows.delete(key);
    }
    nobody.hidden = receivers.length > 0;
  });
  scope.watch(share.state, (state) => {
    nobody.textContent = state.kind === "open" ? texts.share.nobody : state.kind === "opening" ? "" : texts.share.nobodyCame;
  });
  return h("section", { class: "receivers-part", "aria-labelledby": "receivers-title" }, h("h2", { id: "receivers-title" }, texts.share.receivers), nobody, list);
}

function receiverRow(receiver: Receiver, scope: Scope): HTMLElement {
  const { state } = receiver;
  const askCancel = (cancel: () => void): void => {
    const title = texts.transfer.cancelTitle(personName(state.value.person));
    if (state.value.progress.bytes === 0) cancel();
    else confirm(title, texts.transfer.cancelText, texts.transfer.cancel, cancel);
  };
  return h("li", { class: "card receiver", tabindex: -1 }, [
    h("div", { class: "receiver-head" }, [
      scope.region(state, (now) => now.person?.id, (now) => personLabel(now.person)),
      scope.region(state, (now) => pathKey(now.path), (now) => now.path !== null && pathBadge(now.path)),
    ]),
    road(scope, state),
    h("div", { class: "receiver-foot" }, roadLegend(scope, state, "sending"), controls(scope, receiver, askCancel)),
    scope.region(state, (now) => now.problem?.message, (now) => now.problem !== null && notice("bad", now.problem.message)),
    scope.region(state, (now) => now.lost.length, (now) => now.lost.length > 0 && notice("warn", texts.fetching.lost(now.lost.length), lostList(now.lost))),
  ]);
}
