/** Something is fetched: who offers what, the person's decision, progress, and the end. */

import type { Invitation, OfferInfo, Target, TransferState, Wishes } from "../../app/model.ts";
import type { FetchActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { hasNoPath, personName, phaseWords } from "../describe.ts";
import { fill, h, type Child } from "../dom.ts";
import { acquaintance } from "../parts/acquaintance.ts";
import { button, type Weight } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import { failureDetails } from "../parts/connection.ts";
import { copyButton } from "../parts/copy_button.ts";
import { controls } from "../parts/controls.ts";
import { confirm } from "../parts/dialogue.ts";
import { fileList, lostList, runningList, Ticks, visibleEntries } from "../parts/file_list.ts";
import { invitationCard } from "../parts/invitation.ts";
import { likenessMark } from "../parts/likeness.ts";
import { notice } from "../parts/notice.ts";
import { pathBadge } from "../parts/path_badge.ts";
import { personLabel } from "../parts/person.ts";
import { reportFile, reportPeer } from "../parts/report.ts";
import { shownFile } from "../parts/shown.ts";
import { road, roadLegend } from "../parts/road.ts";
import { anotherSender, senderList } from "../parts/senders.ts";
import { wishesForm } from "../parts/wishes.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

/** Parts of the view that replace each other; changes within one are updates. */
type Part = "seeking" | "offer" | "running" | "done" | "failed";

function partOf({ phase }: TransferState): Part {
  if (phase === "done" || phase === "failed") return phase;
  if (phase === "asking") return "offer";
  return phase === "meeting" || phase === "connecting" ? "seeking" : "running";
}

/** What the views of one fetch share. */
interface Context {
  readonly app: App;
  readonly activity: FetchActivity;
  /** Where the files go, once that is chosen. It outlives the view, which is built anew when the person comes back. */
  target: Target | "look" | null;
  /** What was ticked of what was offered, if there was a choice. */
  ticks: Ticks | null;
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

/** What is offered is not known yet: a person may have to agree first. */
function listing({ app, activity }: Context): Child {
  const { fetch } = activity;
  if (!fetch.waitsForOwner) return h("h1", {}, texts.fetching.listing);
  const stop = (): void => {
    fetch.cancel();
    app.abandon(activity);
  };
  return h("div", { class: "waiting" }, [
    h("h1", {}, texts.find.waitingFor({ who: personName(fetch.state.value.person) })),
    h("p", { class: "lead" }, texts.find.waiting),
    h("div", { class: "buttons" }, button("plain", "close", texts.transfer.cancel, stop)),
  ]);
}

/** The code leads to a sealed space. */
function invited({ app, activity }: Context, { space, from, join }: Invitation): Child {
  const decline = (): void => {
    activity.fetch.decline();
    app.abandon(activity);
  };
  return h("div", { class: "stack" }, invitationCard(app, { title: texts.spaces.invites({ who: from.short, space }), join, decline }));
}

function offer(context: Context, scope: Scope): Child {
  const { fetch } = context.activity;
  return scope.region(fetch.offer, (what) => what?.from.id, (what, inner) => {
    if (what === null) return inner.region(fetch.invitation, (now) => now, (now) => (now === null ? listing(context) : invited(context, now)));
    const ticks = (context.ticks = isChoosable(what) ? new Ticks() : null);
    const wishes = what.text ? null : wishesForm(what, fetch.canKeep, context.app.memory.settings.value.getLimit);
    inner.watch(fetch.offer, (now) => wishes?.showKept(now?.kept ?? 0));
    const title = what.text ? texts.fetching.offersText({ who: what.from.short }) : texts.fetching.offers({ who: what.from.short, what: texts.contents(what) });
    return h("div", { class: "stack" }, [
      h("h1", {}, title),
      h("p", { class: "lead" }, what.text ? texts.fetching.askText : context.activity.isFound ? texts.find.ask : texts.fetching.ask),
      !what.text && h("div", { class: "card offer-list" }, h("h2", {}, h("bdi", {}, what.title)), fileList(what, ticks)),
      !what.text && senderList(context.app, inner, fetch),
      !what.text && anotherSender(context.app, fetch),
      wishes?.element,
      decision(context, what.text, ticks, () => wishes?.read() ?? {}),
    ]);
  });
}

/** One file is taken or not; of several, some may be wanted. */
function isChoosable({ text, files, folders }: OfferInfo): boolean {
  return !text && files + folders > 1;
}

function decision(context: Context, text: boolean, ticks: Ticks | null, wishes: () => Wishes): Child {
  const { app, activity } = context;
  const { fetch } = activity;
  const remark = h("p", { class: "hint", "aria-live": "polite" });
  const take = async (choice: Target): Promise<void> => {
    // A second click while the browser's own dialogue is open would ask twice; a disabled button would lose the focus.
    if (context.target !== null) return;
    context.target = choice;
    const wished = wishes();
    if (wished.limit !== undefined && wished.limit !== app.memory.settings.value.getLimit) app.memory.change({ getLimit: wished.limit });
    if (await fetch.accept(choice, { ...wished, ...(ticks === null ? {} : { without: ticks.without, rest: ticks.rest }) })) return;
    context.target = null;
    remark.textContent = texts.fetching.noPlace;
  };
  const look = async (): Promise<void> => {
    if (context.target !== null) return;
    context.target = "look";
    if (await fetch.look()) return;
    context.target = null;
    remark.textContent = texts.looking.failed;
  };
  const choices = fetch.targets();
  const shown = text ? choices.slice(0, 1) : choices;
  const words = (choice: Target): string => (text ? texts.fetching.show : texts.fetching.targets[placeOf(choice, fetch.offer.value)]);
  const refuse = (): void => {
    fetch.decline();
    app.abandon(activity);
  };
  const buttons = shown.map((choice, index) => button(index === 0 ? "primary" : "plain", text ? "text" : "download", words(choice), () => void take(choice)));
  const known = fetch.offer.value;
  if (ticks !== null && known !== null) {
    ticks.onChange = () => {
      const isNothing = nothingTicked(known, ticks);
      for (const each of buttons) each.disabled = isNothing;
      remark.textContent = isNothing ? texts.fetching.nothingTicked : "";
    };
  }
  return [
    shown.length === 0 && notice("bad", texts.fetching.noTarget),
    h("div", { class: "buttons main-buttons" }, [
      buttons,
      fetch.canLook && button("plain", "eye", texts.looking.look, () => void look()),
      button("plain", null, texts.fetching.decline, refuse),
    ]),
    fetch.isTooLargeToLook && h("p", { class: "hint" }, texts.looking.tooLarge),
    remark,
  ];
}

function nothingTicked({ entries, files, folders }: OfferInfo, { without, rest }: Ticks): boolean {
  const hasRest = rest && files + folders > entries.length;
  return !hasRest && visibleEntries(entries).every(({ index }) => without.has(index));
}

/** A download of several files, or of a folder, is one archive. */
function placeOf(target: Target, what: OfferInfo | null): Target | "archive" {
  const isLone = what !== null && what.files + what.folders === 1 && what.entries[0]?.folder === false && !what.entries[0].path.includes("/");
  return target === "download" && !isLone ? "archive" : target;
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

function done({ app, activity, target }: Context, state: TransferState): Child {
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

function failed({ app, activity }: Context, state: TransferState): Child {
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
