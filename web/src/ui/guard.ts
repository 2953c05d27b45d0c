/** Looks after running transfers: warns before the page is closed, keeps the screen on, tells changes aloud, and shows percent in the title. */

import type { Fetch, Publication, Receiver, SenderInfo, Share, TransferState, Watchable } from "../app/model.ts";
import { givenBy, transfersOf, wouldBeLost, type Activity } from "./activity.ts";
import type { App } from "./app.ts";
import { announcement, hasFigures, overall, personName, senderWords, type Side } from "./describe.ts";
import { Scope } from "./scope.ts";
import * as texts from "./texts.ts";

export function installGuard(app: App, scope: Scope, title: (percent: number | null) => void): void {
  scope.listen(window, "beforeunload", (event) => {
    if (app.activities.value.some(wouldBeLost)) event.preventDefault();
  });
  const screen = new ScreenLock();
  scope.listen(document, "visibilitychange", () => screen.want(screen.wanted));
  const changed = (): void => {
    const states = transfersOf(app.activities.value);
    title(overall(states));
    screen.want(states.some(hasFigures));
  };
  let inner = scope.child();
  scope.watch(app.activities, (activities) => {
    inner.end();
    inner = scope.child();
    for (const activity of activities) follow(app, activity, inner, changed);
    changed();
  });
}

function follow(app: App, activity: Activity, scope: Scope, changed: () => void): void {
  if (activity.kind === "fetch") {
    tell(app, activity.fetch.state, "receiving", scope, changed);
    return followSenders(app, activity.fetch, scope);
  }
  followReceivers(app, givenBy(activity).receivers, scope, changed);
  if (activity.kind === "share") followShare(app, activity.share, scope);
  else followRequests(app, activity.library, scope);
}

/** Whoever waits for a yes or no is told of, wherever the person is in the page. */
function followRequests(app: App, { requests }: Publication, scope: Scope): void {
  const known = new Set<string>();
  scope.watch(requests, (all) => {
    for (const { key, person, title } of all) if (!known.has(key)) app.say(texts.library.asked({ who: person.short, title }));
    for (const { key } of all) known.add(key);
  });
}

function followReceivers(app: App, source: Watchable<readonly Receiver[]>, scope: Scope, changed: () => void): void {
  const known = new Set<string>();
  scope.watch(source, (receivers: readonly Receiver[]) => {
    for (const receiver of receivers) {
      if (known.has(receiver.key)) continue;
      known.add(receiver.key);
      tell(app, receiver.state, "sending", scope, changed);
    }
  });
}

function followShare(app: App, share: Share, scope: Scope): void {
  let guesses = 0;
  scope.watch(share.state, (state) => {
    if (state.kind === "closed") app.say(texts.share.closed[state.reason]);
    if (state.kind === "open" && state.guesses > guesses) app.say(texts.share.guesses({ wrong: (guesses = state.guesses) }));
  });
}

/** How it stands with each of several senders; what becomes of a lone one is told as what becomes of the transfer. */
function followSenders(app: App, { senders }: Fetch, scope: Scope): void {
  const phases = new Map<string, TransferState["phase"]>();
  const heard = ({ key, state }: SenderInfo): void => {
    scope.watch(state, (now) => {
      const isNews = phases.has(key) && phases.get(key) !== now.phase && senders.value.length > 1;
      phases.set(key, now.phase);
      if (isNews && now.phase !== "done") app.say(texts.running.fetchIn({ who: personName(now.person), phase: senderWords(now) }));
    });
  };
  scope.watch(senders, (all) => {
    for (const each of all) if (!phases.has(each.key)) heard(each);
  });
}

function tell(app: App, source: Watchable<TransferState>, side: Side, scope: Scope, changed: () => void): void {
  let before: TransferState | null = null;
  scope.watch(source, (state) => {
    app.say(announcement(before, state, side));
    before = state;
    changed();
  });
}

/** A phone that dims its screen soon stops the page; browsers drop the lock whenever the page is hidden. */
class ScreenLock {
  wanted = false;
  #lock: Promise<WakeLockSentinel | null> | null = null;

  want(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted && document.visibilityState === "visible") this.#take();
    else this.#drop();
  }

  #take(): void {
    this.#lock ??= navigator.wakeLock?.request("screen").catch(() => null) ?? null;
  }

  #drop(): void {
    void this.#lock?.then((lock) => lock?.release());
    this.#lock = null;
  }
}
