/** Something is fetched: who sends, whatever part of it is on the screen, and the part while it is sought and comes. */

import type { TransferState } from "../../app/model.ts";
import type { FetchActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { phaseWords } from "../describe.ts";
import { h, type Child } from "../dom.ts";
import { acquaintance } from "../parts/acquaintance.ts";
import { button } from "../parts/button.ts";
import { controls } from "../parts/controls.ts";
import { confirm } from "../parts/dialogue.ts";
import { fileList, runningList } from "../parts/file_list.ts";
import { likenessMark } from "../parts/likeness.ts";
import { pathBadge } from "../parts/path_badge.ts";
import { personLabel } from "../parts/person.ts";
import { reportFile, reportPeer } from "../parts/report.ts";
import { road, roadLegend } from "../parts/road.ts";
import { anotherSender, senderList } from "../parts/senders.ts";
import { shownFile } from "../parts/shown.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { type Context, isChoosable } from "./fetch_context.ts";
import { done, failed } from "./fetch_end.ts";
import { offer } from "./fetch_offer.ts";
import type { Stage, View } from "./view.ts";

/** Parts of the view that replace each other; changes within one are updates. */
type Part = "seeking" | "offer" | "running" | "done" | "failed";

function partOf({ phase }: TransferState): Part {
  if (phase === "done" || phase === "failed") return phase;
  if (phase === "asking") return "offer";
  return phase === "meeting" || phase === "connecting" ? "seeking" : "running";
}

const contexts = new WeakMap<FetchActivity, Context>();

export function fetchView({ app, scope }: Stage, activity: FetchActivity): View {
  const context = contexts.get(activity) ?? { app, activity, target: activity.target ?? null, ticks: null };
  contexts.set(activity, context);
  const { state } = activity.fetch;
  const parts: Readonly<Record<Part, (now: TransferState, inner: Scope) => Child>> = {
    seeking: (_, inner) => seeking(context, inner),
    offer: (_, inner) => offer(context, inner),
    running: (_, inner) => running(context, inner),
    done: (now) => done(context, now),
    failed: (now) => failed(context, now),
  };
  const say = (words: string): void => app.say(words);
  const shown = scope.region(activity.fetch.looked, (now) => now, (now) => now !== null && shownFile(now, activity.fetch.offer.value?.title ?? ""));
  const part = scope.region(state, partOf, (now, inner) => parts[partOf(now)](now, inner));
  return { title: texts.fetching.title, body: h("div", { class: "column" }, head(app, scope, activity, say), part, shown, reporting(app, activity)) };
}

/** What was found in the directory is in the open, and whoever runs that can be told of it, before and after one has seen what it is. */
function reporting(app: App, { file, library }: FetchActivity): Child {
  const way = file !== undefined ? reportFile(app, file) : library !== undefined && reportPeer(app, library);
  return way !== null && way !== false && h("div", { class: "buttons" }, way);
}

/** Who, and how they are connected: the same through all parts. */
function head(app: App, scope: Scope, { fetch }: FetchActivity, say: (words: string) => void): HTMLElement {
  return h("div", { class: "receiver-head" }, [
    scope.region(fetch.state, (now) => now.person?.id, ({ person }) => person !== null && [personLabel(person), likenessMark(app, person.name, person.id)]),
    pathBadge(scope, fetch.state, say),
    acquaintance(app, scope, fetch.state),
  ]);
}

function seeking({ app, activity }: Context, scope: Scope): Child {
  const { state } = activity.fetch;
  const stop = (): void => {
    activity.fetch.cancel();
    app.abandon(activity);
  };
  return h("div", { class: "waiting" }, [
    h("h1", {}, scope.text(state, (now) => (partOf(now) === "seeking" ? seekingWords(activity, now) : ""))),
    road(scope, state),
    h("div", { class: "buttons" }, button("plain", "close", texts.transfer.cancel, stop)),
  ]);
}

/** Whoever was found in the directory shares no code. */
function seekingWords({ isFound }: FetchActivity, state: TransferState): string {
  return isFound && state.phase === "meeting" ? texts.find.seeking : phaseWords(state, "receiving");
}

function running({ app, activity, ticks }: Context, scope: Scope): Child {
  const { fetch } = activity;
  const askCancel = (cancel: () => void): void => confirm(texts.fetching.cancelTitle, texts.fetching.cancelText, texts.transfer.cancel, cancel);
  const what = fetch.offer.value;
  const isWanted = (index: number): boolean => ticks === null || !ticks.without.has(index);
  return h("div", { class: "stack" }, [
    h("h1", {}, texts.fetching.title, " ", what !== null && h("span", { class: "muted whole" }, texts.contents(what))),
    h("div", { class: "card receiver" }, road(scope, fetch.state), h("div", { class: "receiver-foot" }, roadLegend(scope, fetch.state, "receiving"), controls(scope, fetch, askCancel))),
    what !== null && !what.text && [senderList(app, scope, fetch), anotherSender(app, fetch)],
    what !== null && !what.text && h("details", { class: "fold" }, h("summary", {}, texts.fetching.files), fetch.canPrefer && isChoosable(what) ? runningList(scope, what, fetch, isWanted) : fileList(what)),
  ]);
}
