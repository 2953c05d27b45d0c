/** Contacts who call are told of wherever the person is in the page; what a rule takes goes on among the activities. */

import type { Call } from "../app/model.ts";
import type { App } from "./app.ts";
import type { Scope } from "./scope.ts";
import * as texts from "./texts.ts";

export function installRinging(app: App, scope: Scope): void {
  const known = new WeakSet<Call>();
  scope.watch(app.engine.contacts.calls, (calls) => {
    const fresh = calls.filter((call) => !known.has(call));
    for (const call of fresh) known.add(call);
    for (const call of fresh) rings(app, call);
  });
}

function rings(app: App, call: Call): void {
  app.say(ringWords(call));
  if (call.isTaken) app.receive(call, "download", false);
}

/** Who calls, and with what. */
export function ringWords({ contact: { name }, fetch: { offer }, isTaken }: Call): string {
  const { title = "", text = true } = offer.value ?? {};
  if (isTaken) return texts.contacts.taking({ name, title });
  return text ? texts.contacts.askedText({ name }) : texts.contacts.asked({ name, title });
}
