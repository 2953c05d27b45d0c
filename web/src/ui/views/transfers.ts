/** Every transfer that this browser knows of: what runs, and what is over. */

import type { PastTransfer } from "../../app/history.ts";
import type { TransferState } from "../../app/model.ts";
import type { Activity, FetchActivity } from "../activity.ts";
import { routeTo, type App } from "../app.ts";
import { legend, personName, phaseWords } from "../describe.ts";
import { h, uid, type Child } from "../dom.ts";
import { bytes, when } from "../format.ts";
import { icon, type Icon } from "../icons.ts";
import { button } from "../parts/button.ts";
import { confirm } from "../parts/dialogue.ts";
import { likenessMark } from "../parts/likeness.ts";
import { notice } from "../parts/notice.ts";
import { road } from "../parts/road.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function transfersView({ app, scope }: Stage): View {
  app.memory.refresh();
  const body = [h("h1", {}, texts.transfers.title), running(app, scope), past(app, scope)];
  return { title: texts.transfers.title, body: h("div", { class: "column transfers" }, body) };
}

function running(app: App, scope: Scope): HTMLElement {
  return scope.region(app.activities, (all) => all, (all, inner) => {
    if (all.length === 0) return null;
    const title = uid("running");
    const rows = all.map((each) => h("li", {}, activityRow(app, each, inner)));
    return h("section", { class: "stack-tight", "aria-labelledby": title }, h("h2", { id: title }, texts.transfers.running), h("div", { class: "card hits-card" }, h("ul", { class: "hits", role: "list" }, rows)));
  });
}

function activityRow(app: App, activity: Activity, scope: Scope): HTMLElement {
  const [sign, words, facts] = activityParts(activity, scope);
  return h("button", { type: "button", class: "hit", "data-row": true, onclick: () => app.go(routeTo(activity)) }, [icon(sign), h("span", { class: "hit-words" }, words), h("span", { class: "hit-facts" }, facts)]);
}

function activityParts(activity: Activity, scope: Scope): readonly [Icon, Child, Child] {
  if (activity.kind === "fetch") return fetchParts(activity, scope);
  const isShare = activity.kind === "share";
  const { receivers } = isShare ? activity.share : activity.library;
  const name = isShare ? texts.transfers.sharing({ title: activity.share.summary.title }) : texts.transfers.library({ name: activity.library.name });
  const comers = scope.text(receivers, ({ length }) => texts.transfers.waits({ receivers: length }));
  const size = isShare ? activity.share.summary.bytes : activity.library.bytes;
  return [isShare ? "up" : "folder", [named(name), h("span", { class: "muted" }, comers)], bytes(size)];
}

function fetchParts({ fetch }: FetchActivity, scope: Scope): readonly [Icon, Child, Child] {
  const { state, offer } = fetch;
  const title = scope.text(offer, (what) => what?.title || texts.transfers.receiving);
  const words = (now: TransferState): string => [texts.transfers.received({ who: personName(now.person) }), phaseWords(now, "receiving"), legend(now).part].filter((each) => each !== "").join(" · ");
  const bar = road(scope, state);
  bar.classList.add("road-small");
  return ["download", [h("span", { class: "hit-name" }, h("bdi", {}, title)), h("span", { class: "muted" }, scope.text(state, words)), bar], scope.text(state, (now) => legend(now).amount)];
}

function named(name: string): HTMLElement {
  return h("span", { class: "hit-name" }, h("bdi", {}, name));
}

function past(app: App, scope: Scope): HTMLElement {
  const { memory } = app;
  return scope.region(memory.past, (all) => all.map(({ key }) => key).join(), (all) => {
    const title = uid("past");
    const kept = memory.isKept.value;
    return h("section", { class: "stack-tight", "aria-labelledby": title }, [
      h("h2", { id: title }, texts.transfers.past),
      all.length === 0 ? h("p", { class: "muted" }, texts.transfers.noPast) : h("div", { class: "card hits-card" }, h("ul", { class: "hits", role: "list" }, all.map((each) => pastRow(app, each)))),
      kept ? h("p", { class: "hint" }, texts.transfers.keptHere) : notice("info", texts.transfers.notKept),
      all.length > 0 && h("div", { class: "buttons" }, button("plain", "close", texts.transfers.clear, () => askClear(app))),
    ]);
  });
}

function pastRow(app: App, { isSent, title, isText, files, bytes: size, person, at, ending }: PastTransfer): HTMLElement {
  const who = (isSent ? texts.transfers.sent : texts.transfers.received)({ who: person.name === "" ? person.short : texts.transfers.called({ who: person.short, name: person.name }) });
  const amount = isText ? bytes(size) : texts.transfers.amount({ files, size: bytes(size) });
  const words = h("span", { class: "hit-words" }, [
    named(isText ? texts.transfers.text : title || texts.transfers.receiving),
    h("span", { class: "muted" }, h("bdi", {}, who)),
    likenessMark(app, person.name, person.id),
    h("span", { class: "past-end", "data-ending": ending }, icon(ending === "done" ? "check" : ending === "stopped" ? "minus" : "warning"), texts.transfers.end[ending]),
  ]);
  const facts = h("span", { class: "hit-facts" }, h("span", {}, amount), h("time", { datetime: new Date(at).toISOString() }, when(at)));
  return h("li", {}, h("div", { class: "hit still" }, icon(isSent ? "up" : "download"), words, facts));
}

function askClear(app: App): void {
  confirm(texts.transfers.clearTitle, texts.transfers.clearText, texts.transfers.clear, () => {
    app.memory.clearPast();
    app.say(texts.transfers.cleared);
  });
}
