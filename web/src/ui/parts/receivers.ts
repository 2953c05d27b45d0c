/** Who came for a share: a row for each, kept while its transfer goes on and after. */

import type { Publication, Receiver, Share, TransferState, Watchable } from "../../app/model.ts";
import type { App } from "../app.ts";
import { hasNoPath, personName } from "../describe.ts";
import { h, uid, type Child } from "../dom.ts";
import { Rows } from "../rows.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { failureDetails } from "./connection.ts";
import { controls } from "./controls.ts";
import { confirm } from "./dialogue.ts";
import { lostList } from "./file_list.ts";
import { likenessMark } from "./likeness.ts";
import { notice } from "./notice.ts";
import { pathBadge } from "./path_badge.ts";
import { personLabel } from "./person.ts";
import { road, roadLegend } from "./road.ts";
import { rateChoice } from "./wishes.ts";

/** Whatever is given to several receivers, under a code or as a library. */
type Given = Pick<Share, "receivers" | "limit" | "setLimit"> & { readonly state: Watchable<{ readonly kind: (Share | Publication)["state"]["value"]["kind"] }>; readonly summary?: Share["summary"] };

/** What else stands with a receiver. */
type Beside = (scope: Scope, state: Watchable<TransferState>) => Child;

/** `none` is said while nobody has come. */
export function receiverList(app: App, scope: Scope, share: Given, none = texts.share.nobody, beside: Beside = () => null): HTMLElement {
  const rows = new Rows<Receiver>(scope, h("ul", { class: "receivers", role: "list" }), (receiver, inner) => receiverRow(app, receiver, inner, beside));
  const nobody = h("p", { class: "muted" });
  const title = h("h2", { id: "receivers-title" }, texts.share.receivers);
  const part = h("section", { class: "receivers-part", "aria-labelledby": "receivers-title" }, [
    h("div", { class: "receivers-head" }, title, !share.summary?.text && limitChoice(share)),
    nobody,
    rows.list,
  ]);
  const show = (): void => {
    const { kind } = share.state.value;
    const isEmpty = share.receivers.value.length === 0;
    part.hidden = isEmpty && (kind === "opening" || kind === "failed");
    nobody.hidden = !isEmpty;
    nobody.textContent = kind === "open" ? none : texts.share.nobodyCame;
  };
  scope.watch(share.receivers, (receivers) => {
    rows.follow(receivers);
    show();
  });
  scope.watch(share.state, show);
  return part;
}

/** How fast all of them are served; it can be changed at any time. */
function limitChoice(share: Given): HTMLElement {
  const id = uid("limit");
  const choice = rateChoice(id, share.limit.value);
  choice.addEventListener("change", () => share.setLimit(Number(choice.value) || null));
  return h("div", { class: "option" }, h("label", { for: id }, texts.wishes.sendLimit), choice);
}

function receiverRow(app: App, receiver: Receiver, scope: Scope, beside: Beside): HTMLElement {
  const say = (words: string): void => app.say(words);
  const { state } = receiver;
  const askCancel = (cancel: () => void): void => {
    const title = texts.transfer.cancelTitle({ who: personName(state.value.person) });
    if (state.value.progress.bytes === 0) cancel();
    else confirm(title, texts.transfer.cancelText, texts.transfer.cancel, cancel);
  };
  return h("li", { class: "card receiver", tabindex: -1 }, [
    h("div", { class: "receiver-head" }, [
      scope.region(state, (now) => now.person?.id, ({ person }) => [personLabel(person), person !== null && likenessMark(app, person.name, person.id)]),
      pathBadge(scope, state, say),
      beside(scope, state),
    ]),
    road(scope, state),
    h("div", { class: "receiver-foot" }, roadLegend(scope, state, "sending"), controls(scope, receiver, askCancel)),
    scope.region(state, (now) => now.problem?.message, (now) => now.problem !== null && notice("bad", h("p", {}, said(now.problem.message)), hasNoPath(now) && failureDetails(now.report, say))),
    scope.region(state, (now) => now.lost.length, (now) => now.lost.length > 0 && notice("warn", texts.fetching.lost({ files: now.lost.length }), lostList(now.lost))),
  ]);
}
