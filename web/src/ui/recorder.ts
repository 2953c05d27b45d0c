/** Remembers transfers when they are over, wherever the person is in the page. */

import { pastOf, type Matter } from "../app/history.ts";
import type { Receiver, TransferState, Watchable } from "../app/model.ts";
import { givenBy, type Activity } from "./activity.ts";
import type { App } from "./app.ts";
import type { Scope } from "./scope.ts";

export function installRecorder(app: App, scope: Scope): void {
  const known = new WeakSet<Activity>();
  scope.watch(app.activities, (activities) => {
    for (const activity of activities) if (!known.has(activity)) follow(app, activity, scope);
    for (const activity of activities) known.add(activity);
  });
}

/** To its end, whether it is still among the activities by then or not. */
function follow(app: App, activity: Activity, scope: Scope): void {
  if (activity.kind === "fetch") {
    const { state, offer, invitation } = activity.fetch;
    return record(app, state, scope, () => {
      if (invitation.value !== null) return null;
      const { title = "", text = false, files = null } = offer.value ?? {};
      return { isSent: false, title, isText: text, files };
    });
  }
  const matter = (): Matter => {
    if (activity.kind === "library") return { isSent: true, title: activity.library.name, isText: false, files: null };
    const { title, text, files } = activity.share.summary;
    return { isSent: true, title, isText: text, files };
  };
  const known = new WeakSet<Receiver>();
  scope.watch(givenBy(activity).receivers, (receivers) => {
    for (const receiver of receivers) if (!known.has(receiver)) record(app, receiver.state, scope, matter);
    for (const receiver of receivers) known.add(receiver);
  });
}

function record(app: App, source: Watchable<TransferState>, scope: Scope, matter: () => Matter | null): void {
  const key = crypto.randomUUID();
  let isNoted = false;
  scope.watch(source, (state) => {
    const what = isNoted ? null : matter();
    const past = what === null ? null : pastOf(key, what, state, Date.now());
    if (past === null) return;
    isNoted = true;
    app.memory.note(past);
  });
}
