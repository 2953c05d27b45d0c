import assert from "node:assert/strict";
import { test } from "node:test";
import type { LifeAction, LifeEvent } from "../../src/connect/life.ts";
import { Lifetime } from "../../src/connect/lifetime.ts";

/** A life that goes through these events; a number is a time that passes, in seconds. */
function live(...events: readonly (LifeEvent | number)[]): { readonly did: readonly LifeAction[]; readonly state: string; end(): void; pass(seconds: number): void } {
  const timers = new Set<{ at: number; callback: () => void }>();
  let now = 0;
  const pass = (seconds: number): void => {
    now += seconds;
    for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.callback();
  };
  const did: LifeAction[] = [];
  const life = new Lifetime((seconds, callback) => {
    const timer = { at: now + seconds, callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  }, (action) => did.push(action));
  for (const event of events) if (typeof event === "number") pass(event);
    else life.happened(event);
  return { did, get state() { return life.state; }, end: () => life.end(), pass };
}

const stories: readonly [string, readonly (LifeEvent | number)[], readonly LifeAction[], string][] = [
  ["a link opens and closes", ["connected", "opened", "closed"], ["announce", "lose"], "over"],
  ["an open link has all the time", ["opened", 1e6], ["announce"], "open"],
  ["an attempt has fifteen seconds", [14, "connected", 2], ["give-up"], "over"],
  ["a hopeless attempt is told once, and stays open for a while", ["lost-hope", 29, "lost-hope", 2], ["despair", "drop"], "over"],
  ["a hopeless attempt may open late", ["lost-hope", 20, "opened", 1e6], ["despair", "announce"], "open"],
  ["a new network gives a hopeless attempt another chance", ["lost-hope", "moved", "opened"], ["despair", "restart", "announce"], "open"],
  ["a hopeless attempt is superseded", ["lost-hope", "closed", "opened"], ["despair", "drop"], "over"],
  ["a hopeless attempt fails", ["lost-hope", "failed"], ["despair", "drop"], "over"],
  ["an attempt fails", ["failed", "opened"], ["give-up"], "over"],
  ["an attempt is superseded", ["closed"], ["give-up"], "over"],
  ["a new network, before and after", ["moved", "opened", "moved"], ["restart", "announce", "restart"], "open"],
  ["a path breaks and comes back", ["opened", "disconnected", 14, "connected", 14], ["announce", "interrupt", "recover"], "open"],
  ["a path does not come back within fifteen seconds", ["opened", "disconnected", 10, "failed", 6], ["announce", "interrupt", "restart", "lose"], "over"],
  ["a path is given up at once", ["opened", "failed", "moved", "closed"], ["announce", "interrupt", "restart", "lose"], "over"],
];

for (const [what, events, actions, state] of stories) {
  test(what, () => {
    const life = live(...events);
    assert.deepEqual(life.did, actions);
    assert.equal(life.state, state);
  });
}

test("what is ended quietly does nothing any more", () => {
  const life = live("disconnected");
  life.end();
  life.pass(100);
  assert.deepEqual([life.did, life.state], [[], "over"]);
});
