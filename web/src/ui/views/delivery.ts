/** Something is sent to a contact: called, asked, given. */

import type { ContactInfo, Share, TransferState } from "../../app/model.ts";
import type { ShareActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { Cell } from "../../app/cell.ts";
import { h, type Child } from "../dom.ts";
import { button } from "../parts/button.ts";
import { notice } from "../parts/notice.ts";
import { personLabel } from "../parts/person.ts";
import { receiverList } from "../parts/receivers.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { View } from "./view.ts";

/** How far it is, in one word. */
type Stage = "calling" | "waiting" | "sending" | "arrived" | "declined" | "unanswered" | "failed" | "stopped";

/** What ends it that is no failure of anything. */
const ENDS: Readonly<Record<string, Stage>> = { declined: "declined", "no-answer": "unanswered", cancelled: "stopped" };

function stageOf(share: Share, transfer: TransferState | null): Stage {
  const state = share.state.value;
  if (state.kind === "failed") return "failed";
  if (state.kind === "closed" && state.reason === "stopped") return "stopped";
  if (transfer === null) return "calling";
  if (transfer.phase === "done") return "arrived";
  if (transfer.phase === "failed") return ENDS[transfer.problem?.code ?? ""] ?? "failed";
  return transfer.phase === "asking" ? "waiting" : "sending";
}

export function deliveryView(app: App, scope: Scope, activity: ShareActivity, to: ContactInfo): View {
  const { share } = activity;
  const stage = new Cell<Stage>("calling");
  const look = (): void => {
    const next = stageOf(share, share.receivers.value[0]?.state.value ?? null);
    if (next !== stage.value) stage.set(next);
  };
  let inner = scope.child();
  scope.watch(share.receivers, (all) => {
    inner.end();
    inner = scope.child();
    for (const { state } of all) inner.watch(state, look);
  });
  scope.watch(share.state, look);
  const list = receiverList(app, scope, share);
  scope.watch(share.receivers, ({ length }) => void (list.hidden = length === 0));
  return {
    title: texts.contacts.sendTo({ name: to.name }),
    body: h("div", { class: "column" }, [scope.region(stage, (now) => now, (now) => shown(app, activity, to, now)), list]),
  };
}

function shown(app: App, activity: ShareActivity, to: ContactInfo, stage: Stage): Child {
  const { share } = activity;
  const isRunning = stage === "waiting" || stage === "sending";
  return h("div", { class: "stack" }, [
    h("h1", {}, h("bdi", {}, stage === "stopped" ? texts.contacts.stopped : texts.contacts[stage]({ name: to.name }))),
    h("p", { class: "what" }, h("bdi", {}, share.summary.text ? "" : share.summary.title), " ", h("span", { class: "muted" }, texts.contents(share.summary))),
    stage === "calling" && [personLabel({ id: to.id, short: to.short, name: "" }), h("div", { class: "road", "data-phase": "connecting", "aria-hidden": "true" })],
    isRunning && h("p", { class: "muted" }, texts.contacts.keepOpen),
    remark(share, stage),
    // What runs is stopped where it shows.
    stage === "calling" && h("div", { class: "buttons" }, button("plain", "close", texts.transfer.cancel, () => share.stop())),
    stage !== "calling" && !isRunning && ways(app, activity, stage),
  ]);
}

/** Why it could not be; what becomes of a transfer stands with it. */
function remark({ state }: Share, stage: Stage): Child {
  return stage === "failed" && state.value.kind === "failed" && notice("bad", said(state.value.problem.message));
}

/** What can be done when it is over. */
function ways(app: App, activity: ShareActivity, stage: Stage): Child {
  const { withCode } = activity;
  const isThere = stage === "arrived";
  return h("div", { class: "buttons main-buttons" }, [
    !isThere && stage !== "declined" && button("primary", "arrow", texts.fetching.again, () => activity.again()),
    !isThere && withCode !== undefined && button(stage === "declined" ? "primary" : "plain", null, texts.contacts.withCode, withCode),
    button(isThere ? "primary" : "plain", null, texts.share.other, () => app.go({ kind: "send" })),
  ]);
}
