/** A fetch is over: what arrived, or why not, and what comes next. */

import type { TransferState } from "../../app/model.ts";
import type { FetchActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { hasNoPath } from "../describe.ts";
import { fill, h, type Child } from "../dom.ts";
import { button, type Weight } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import { failureDetails } from "../parts/connection.ts";
import { copyButton } from "../parts/copy_button.ts";
import { lostList } from "../parts/file_list.ts";
import { notice } from "../parts/notice.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { type Context, placeOf } from "./fetch_context.ts";

export function done({ app, activity, target }: Context, state: TransferState): Child {
  const what = activity.fetch.offer.value;
  const files = what?.files ?? state.progress.files;
  const { lost } = state;
  const remark = h("div", { role: "alert" });
  const save = (): void => void activity.fetch.save().catch((problem: Error) => fill(remark, notice("bad", said(problem.message))));
  const title = what?.text ? texts.fetching.doneText : lost.length > 0 ? texts.fetching.donePart({ arrived: files - lost.length, files }) : texts.fetching.doneTitle({ files });
  return h("div", { class: "stack" }, [
    h("h1", {}, title),
    what !== null && !what.text && h("p", { class: "lead" }, h("bdi", {}, what.title), " · ", texts.contents(what)),
    what?.text ? received(app, what.content ?? "") : target === "look" ? notice("info", texts.looking.where) : target !== null && notice("good", texts.fetching.where[placeOf(target, what)]),
    lost.length > 0 && notice("warn", h("p", {}, texts.fetching.lost({ files: lost.length })), lostList(lost)),
    h("div", { class: "buttons main-buttons" }, [
      target === "look" && lost.length === 0 && button("primary", "download", texts.looking.save, save),
      lost.length > 0 && button("primary", "arrow", texts.fetching.again, () => activity.again()),
      another(app, activity, lost.length > 0 || target === "look" ? "plain" : "primary"),
    ]),
    remark,
  ]);
}

/** On to the next, where this one came from. */
function another(app: App, { isFound }: FetchActivity, weight: Weight): HTMLElement {
  return isFound ? button(weight, "search", texts.find.back, () => app.go({ kind: "find" })) : button(weight, null, texts.fetching.another, () => app.go({ kind: "home" }));
}

function received(app: App, content: string): Child {
  return [
    h("pre", { class: "card received", tabindex: 0, "aria-label": texts.draft.textLabel, role: "region" }, h("bdi", {}, content)),
    h("div", { class: "buttons" }, copyButton("primary", texts.fetching.copyText, () => content, (words) => app.say(words))),
  ];
}

/** Failures that the person mends by correcting the code; the same again would only use up an attempt. */
const CODE_FAILURES: ReadonlySet<string> = new Set(["wrong-words", "unknown-locator"]);

export function failed({ app, activity }: Context, state: TransferState): Child {
  const { problem, lost } = state;
  const isCode = CODE_FAILURES.has(problem?.code ?? "");
  const isStopped = problem?.code === "cancelled";
  const retry = !isCode && activity.caller === undefined && (problem?.retry ?? true);
  return h("div", { class: "stack" }, [
    h("h1", {}, isStopped ? texts.fetching.stopped : texts.fetching.failed),
    notice(isStopped ? "info" : "bad", problem === null ? texts.transfer.receivingPhase.failed : said(problem.message)),
    hasNoPath(state) && h("div", { class: "card stack" }, failureDetails(state.report, (words) => app.say(words))),
    lost.length > 0 && lostList(lost),
    isCode && h("div", { class: "card" }, codeForm(app, activity.code)),
    h("div", { class: "buttons main-buttons" }, [
      retry && button("primary", "arrow", texts.fetching.again, () => activity.again()),
      another(app, activity, retry || isCode ? "plain" : "primary"),
    ]),
  ]);
}
