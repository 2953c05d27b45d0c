import assert from "node:assert/strict";
import { test } from "node:test";
import { RELAY_LIFE, type RelayLife, type RelayLifeEvent } from "../../src/connect/relay_life.ts";

/** Where these events lead, and what is done. */
function live(...events: readonly RelayLifeEvent[]): readonly string[] {
  let state: RelayLife = "joining";
  const did: string[] = [];
  for (const event of events) {
    const step: readonly [RelayLife, string] | undefined = RELAY_LIFE[state][event];
    if (step === undefined) continue;
    [state] = step;
    did.push(step[1]);
  }
  return [...did, state];
}

test("a link opens when records went both ways, and is lost once", () => {
  assert.deepEqual(live("proven", "ready", "ready", "proven", "closed", "closed", "ready"), ["prove", "announce", "lose", "over"]);
});

test("before it is open it fails", () => {
  assert.deepEqual([live("closed"), live("ready", "closed", "proven")], [["fail", "over"], ["prove", "fail", "over"]]);
});
