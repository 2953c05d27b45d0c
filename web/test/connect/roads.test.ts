import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, Road, RoadEvent } from "../../src/connect/lanes.ts";
import { Roads } from "../../src/connect/roads.ts";
import type { Role } from "../../src/secure/pake.ts";
import { vectors } from "../vectors.ts";

interface Step {
  readonly at: number;
  readonly happens: string;
  readonly does: readonly string[];
  readonly carrying: Road | null;
  readonly deadline: number | null;
}

interface Story {
  readonly what: string;
  readonly role: Role;
  readonly relay: boolean;
  readonly tcp: boolean;
  readonly steps: readonly Step[];
}

/** As in tests/vectors/make_roads.py. */
const delay = (failures: number): number => 0.25 * 2 ** failures;

const word = (action: Action): string => ("road" in action ? `${action.type} ${action.road}` : action.type);

function perform(roads: Roads, { at, happens }: Step): readonly Action[] {
  switch (happens) {
    case "begin":
    case "barred":
    case "tick":
      return roads[happens](at);
    case "unpaired":
      return roads.unpaired();
  }
  const [first, second] = happens.split(" ") as [string, string];
  return first === "idle" ? roads.idle(second as Road) : roads.happened(first as Road, second as RoadEvent, at);
}

for (const { what, role, relay, tcp, steps } of vectors<readonly Story[]>("roads")) {
  test(`as the twin: ${what}`, () => {
    const roads = new Roads(role, relay, delay, tcp);
    for (const step of steps) {
      const found = { does: perform(roads, step).map(word), carrying: roads.carrying, deadline: roads.deadline };
      const { does, carrying, deadline } = step;
      assert.deepEqual(found, { does, carrying, deadline }, `${step.at}: ${step.happens}`);
    }
  });
}
