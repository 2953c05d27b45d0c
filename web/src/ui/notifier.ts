/** Tells by a notice of the system what happens while the page is hidden, if its person wants that: a transfer that ends, and a request. */

import type { Call, Publication, Receiver, TransferState, Watchable } from "../app/model.ts";
import { givenBy, type Activity } from "./activity.ts";
import { formatAddress } from "./address.ts";
import { ringWords } from "./ringing.ts";
import { routeTo, type App } from "./app.ts";
import { announcement, isRunning, type Side } from "./describe.ts";
import type { Scope } from "./scope.ts";
import { addressOf } from "./table.ts";
import * as texts from "./texts.ts";

export function installNotifier(app: App, scope: Scope): void {
  followCalls(app, scope);
  const known = new WeakSet<Activity>();
  scope.watch(app.activities, (activities) => {
    for (const activity of activities) if (!known.has(activity)) follow(app, activity, scope);
    for (const activity of activities) known.add(activity);
  });
}

/** Whether notices are wanted, and the browser lets them through. */
export function mayNotify(app: App): boolean {
  return app.memory.settings.value.notify && "Notification" in window && Notification.permission === "granted";
}

/** Contacts who call, wherever that leads. */
function followCalls(app: App, scope: Scope): void {
  const known = new WeakSet<Call>();
  scope.watch(app.engine.contacts.calls, (calls) => {
    for (const call of calls) if (!known.has(call)) notify(app, ringWords(call), formatAddress({ name: "contacts" }));
    for (const call of calls) known.add(call);
  });
}

function notify(app: App, words: string, fragment: string): void {
  if (document.hidden && mayNotify(app)) void app.shell.notify(texts.app.name, words, fragment);
}

function follow(app: App, activity: Activity, scope: Scope): void {
  const tell = (words: string): void => {
    const address = addressOf(app, routeTo(activity));
    notify(app, words, address === null ? "" : formatAddress(address));
  };
  if (activity.kind === "fetch") return followEnd(activity.fetch.state, "receiving", scope, tell);
  const known = new WeakSet<Receiver>();
  scope.watch(givenBy(activity).receivers, (receivers) => {
    for (const receiver of receivers) if (!known.has(receiver)) followEnd(receiver.state, "sending", scope, tell);
    for (const receiver of receivers) known.add(receiver);
  });
  if (activity.kind === "library") followRequests(activity.library, scope, tell);
}

function followEnd(source: Watchable<TransferState>, side: Side, scope: Scope, tell: (words: string) => void): void {
  let before: TransferState | null = null;
  scope.watch(source, (state) => {
    if (before !== null && isRunning(before) && !isRunning(state)) tell(announcement(before, state, side));
    before = state;
  });
}

function followRequests({ requests }: Publication, scope: Scope, tell: (words: string) => void): void {
  const known = new Set<string>();
  scope.watch(requests, (all) => {
    for (const { key, person, title } of all) if (!known.has(key)) tell(texts.library.asked({ who: person.short, title }));
    for (const { key } of all) known.add(key);
  });
}
