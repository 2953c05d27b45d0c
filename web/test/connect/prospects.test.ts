import assert from "node:assert/strict";
import { test } from "node:test";
import { isBarred, Prospects, type Side } from "../../src/connect/prospects.ts";
import type { Mapping } from "../../src/gen/peer.ts";
import { vectors } from "../vectors.ts";

interface Known {
  readonly mapping: Mapping;
  readonly families: readonly number[];
  readonly complete: boolean;
}

const sideOf = ({ mapping, families, complete }: Known): Side => ({ mapping, families, isComplete: complete });

test("hope is judged as by the twin", () => {
  const cases = vectors<readonly { here: Known; there: Known; barred: boolean }[]>("prospects");
  for (const { here, there, barred } of cases) assert.equal(isBarred(sideOf(here), sideOf(there)), barred, JSON.stringify({ here, there }));
  assert.equal(new Set(cases.map(({ barred }) => barred)).size, 2);
});

const HOST4 = "candidate:1 1 udp 2122260223 10.0.0.2 5000 typ host";
const HOST6 = "candidate:2 1 udp 2122260223 2001:db8::1 5000 typ host";

test("what is learned of both sides is put together as it comes", () => {
  const prospects = new Prospects();
  prospects.found([HOST4, "nonsense"]);
  prospects.received([HOST6]);
  prospects.found([]);
  assert.equal(prospects.areBarred, false, "more may come from there");
  prospects.received([]);
  assert.equal(prospects.areBarred, true, "no common family");
  prospects.received([HOST4]);
  assert.equal(prospects.areBarred, false);
  prospects.learned("blocked");
  assert.equal(prospects.there, "blocked");
  assert.equal(prospects.areBarred, true);
  prospects.learned("independent");
  prospects.mapped("blocked");
  assert.equal(prospects.areBarred, true, "no datagram leaves here");
});
