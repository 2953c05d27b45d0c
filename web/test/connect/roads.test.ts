import assert from "node:assert/strict";
import { test } from "node:test";
import { type RoadEvent, Roads, type Step } from "../../src/connect/roads.ts";
import type { Role } from "../../src/secure/pake.ts";

/** A step in a few words: `attempt 5`, `use-relay`. */
const words = (step: Step): string => ("after" in step ? `${step.type} ${step.after}` : step.type);

/** What is done about each of these, ten seconds apart, with a random number of 1/2. */
function drive(role: Role, canRelay: boolean, ...events: readonly RoadEvent[]): { readonly road: string; readonly did: readonly string[] } {
  const roads = new Roads(role, canRelay, () => 0.5);
  const did = events.map((event, index) => roads.happened(event, 10 * index).map(words).join(", "));
  return { road: roads.road, did };
}

const stories: readonly [string, Role, boolean, readonly RoadEvent[], readonly string[], string][] = [
  ["a direct way opens at once", "A", true, ["began", "opened"], ["attempt 0, relay 1", "drop-relay"], "channel"],
  ["the relay opens first, and is left", "A", true, ["began", "relay-opened", "opened"], ["attempt 0, relay 1", "use-relay", ""], "relay to channel"],
  ["a hopeless attempt takes the relay at once", "A", true, ["began", "despaired", "relay-opened"], ["attempt 0, relay 1", "relay 0, attempt 0.5", "use-relay"], "relay"],
  [
    "a relay that carries is left later and later", "A", true,
    ["began", "relay-opened", "despaired", "despaired", "despaired", "despaired"],
    ["attempt 0, relay 1", "use-relay", "attempt 5", "attempt 15", "attempt 60", "attempt 60"], "relay",
  ],
  ["nothing is begun twice", "A", true, ["began", "despaired", "despaired"], ["attempt 0, relay 1", "relay 0, attempt 0.5", "attempt 1"], "none"],
  ["without a relay three attempts are all", "A", false, ["began", "despaired", "despaired", "despaired"], ["attempt 0", "attempt 0.5", "attempt 1", "give-up 0"], "none"],
  [
    "with one it is tried as often", "A", true,
    ["began", "despaired", "despaired", "despaired", "relay-failed", "relay-failed", "relay-failed"],
    ["attempt 0, relay 1", "relay 0, attempt 0.5", "attempt 1", "", "relay 0.5", "relay 1", "give-up 0"], "none",
  ],
  [
    "a relay that fails while an attempt goes on ends nothing", "A", true,
    ["began", "relay-failed", "relay-failed", "relay-failed", "despaired"],
    ["attempt 0, relay 1", "relay 0.5", "relay 1", "", "attempt 0.5"], "none",
  ],
  ["a channel falls silent, and comes back first", "A", true, ["began", "opened", "silent", "back"], ["attempt 0, relay 1", "drop-relay", "relay 0", "drop-relay"], "channel"],
  [
    "a channel falls silent, and the relay takes over, and is left for the next", "A", true,
    ["began", "opened", "silent", "relay-failed", "relay-opened", "opened"],
    ["attempt 0, relay 1", "drop-relay", "relay 0", "relay 0.5", "use-relay, attempt 5", ""], "channel",
  ],
  ["a silent channel is replaced by another", "A", true, ["began", "opened", "silent", "opened"], ["attempt 0, relay 1", "drop-relay", "relay 0", "drop-relay"], "channel"],
  ["what is lost is replaced by whatever is first", "A", true, ["began", "opened", "lost"], ["attempt 0, relay 1", "drop-relay", "relay 0, attempt 0.25"], "none"],
  ["a silent one that is lost has the relay on its way", "A", true, ["began", "opened", "silent", "lost"], ["attempt 0, relay 1", "drop-relay", "relay 0", "attempt 0.25"], "none"],
  ["a relay that is lost too, and the next look does not wait", "A", true, ["began", "relay-opened", "despaired", "lost"], ["attempt 0, relay 1", "use-relay", "attempt 5", "relay 0, attempt 0.25"], "none"],
  ["a relay that comes too late is let go", "A", true, ["began", "opened", "relay-opened"], ["attempt 0, relay 1", "drop-relay", "drop-relay"], "channel"],
  ["B uses what opens", "B", true, ["began", "relay-opened", "opened"], ["", "use-relay", ""], "channel"],
  ["B goes over to the relay when A does", "B", true, ["opened", "relay-opened", "relay-used"], ["", "", "use-relay"], "relay"],
  ["B takes the relay when its channel is silent, or back and then used", "B", true, ["opened", "silent", "relay-opened"], ["", "", "use-relay"], "relay"],
  ["B's channel comes back before the relay is used", "B", true, ["opened", "silent", "back", "relay-opened", "relay-used"], ["", "", "", "", "use-relay"], "relay"],
  ["B waits when all is lost, and takes what comes", "B", true, ["opened", "lost", "relay-used"], ["", "give-up 120", "use-relay"], "relay"],
  ["B counts what came to nothing, and waits", "B", false, ["despaired", "despaired", "opened"], ["", "", ""], "channel"],
];

for (const [what, role, canRelay, events, did, road] of stories) {
  test(what, () => {
    const found = drive(role, canRelay, ...events);
    assert.deepEqual(found.did, did);
    assert.equal(found.road, road.split(" to ").at(-1));
  });
}

test("links that break at once are not made for ever", () => {
  for (const canRelay of [false, true]) {
    const roads = new Roads("A", canRelay, () => 0.5);
    const did: string[] = [];
    const happened = (event: RoadEvent): number => did.push(...roads.happened(event, 0).map(words));
    for (const event of ["began", "opened", "lost", "opened", "lost", "opened", "lost"] as const) happened(event);
    if (canRelay) for (const event of ["relay-opened", "lost", "relay-opened", "lost", "relay-opened", "despaired", "lost"] as const) happened(event);
    assert.equal(did.at(-1), "give-up 0");
    assert.equal(did.filter((each) => each.startsWith("give-up")).length, 1);
  }
});

test("a link that has lasted makes up for those that failed", () => {
  const roads = new Roads("A", false, () => 0.5);
  for (const event of ["began", "despaired", "despaired", "opened"] as const) roads.happened(event, 0);
  assert.deepEqual(roads.happened("lost", 5).map(words), ["attempt 0.25"]);
});
