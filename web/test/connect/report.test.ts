import assert from "node:assert/strict";
import { test } from "node:test";
import type { Stats } from "../../src/connect/path.ts";
import { PhaseClock } from "../../src/connect/phases.ts";
import { reasons } from "../../src/connect/reasons.ts";
import { type AttemptFacts, pathOf, relayedReport, reportOf } from "../../src/connect/report.ts";
import type { ConnectionReport, Reason } from "../../src/gen/peer.ts";
import { vectors } from "../vectors.ts";

test("reasons are those of the twin", () => {
  const cases = vectors<readonly { report: ConnectionReport; relay_only: boolean; reasons: Reason[] }[]>("reasons");
  for (const { report, relay_only, reasons: expected } of cases) assert.deepEqual(reasons(report, relay_only), expected, JSON.stringify(report));
});

const LOCAL = "candidate:1 1 udp 1 192.0.2.1 5000 typ host ufrag a";
const REMOTE = "candidate:1 1 udp 1 b4c5.local 6000 typ host ufrag b";

const stats: readonly Stats[] = [
  { id: "L", type: "local-candidate", candidateType: "host", address: "192.0.2.1", port: 5000, protocol: "udp" },
  { id: "R", type: "remote-candidate", candidateType: "host", address: "", port: 6000, protocol: "udp" },
  { id: "Q", type: "remote-candidate" },
  { id: "P1", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "Q", state: "failed", requestsSent: 7 },
  { id: "P2", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", state: "succeeded", currentRoundTripTime: 0.02 },
  { id: "P3", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "gone", state: "waiting" },
  { id: "P4", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", state: "cancelled" },
  { id: "T", type: "transport", selectedCandidatePairId: "P2" },
];

const facts: AttemptFacts = {
  link: 3, asked: true, isOpen: true, isRelayOnly: false, local: [LOCAL, LOCAL, "nonsense"], remote: [REMOTE], networks: { here: "independent" }, relays: [{ relay: "stun:a", code: 701 }], phases: { opened: 0.5 }, stats,
};

const here = { kind: "host", address: "192.0.2.1:5000", transport: "udp", family: 4 } as const;
const there = { kind: "host", address: "", transport: "udp", family: 0 } as const;

test("a link is reported with the pair it uses, and the others", () => {
  const report = reportOf(facts);
  assert.deepEqual(report.chosen, { local: here, remote: there, state: "succeeded", sent: 0, rtt: 0.02 });
  assert.deepEqual([report.v, report.link, report.outcome, report.scope, report.reasons], [1, 3, "direct", "network", []]);
  assert.deepEqual(report.checks?.map(({ state, sent }) => [state, sent]), [["succeeded", 0], ["waiting", 0], ["failed", 7]]);
  assert.deepEqual(report.relays, facts.relays);
  assert.deepEqual(report.local, [here]);
  assert.deepEqual(report.remote, [{ kind: "host", address: "b4c5.local:6000", transport: "udp", family: 0 }]);
  assert.deepEqual(pathOf(report), { scope: "network", way: "direct", local: "192.0.2.1:5000", remote: "" });
  assert.deepEqual(pathOf({ ...report, chosen: { local: { kind: "host" }, remote: { kind: "host" }, state: "succeeded" } })?.remote, "");
});

test("a failure is reported with its reasons", () => {
  const report = reportOf({ ...facts, isOpen: false });
  assert.deepEqual([report.outcome, report.scope, report.chosen, report.reasons], ["failed", "", null, ["filtered", "no-relay"]]);
  assert.deepEqual(reportOf({ ...facts, isOpen: false, isRelayOnly: true }).reasons, ["relay-only"]);
  assert.equal(pathOf(report), null);
});

test("a port that the other side guessed is told as such", () => {
  const guessed = "candidate:1 1 udp 1 203.0.113.7 6000 typ srflx ufrag b predicted 1";
  const there: Stats = { id: "R", type: "remote-candidate", candidateType: "srflx", address: "203.0.113.7", port: 6000 };
  const moved = stats.map((each) => (each.id === "R" ? there : each));
  assert.equal(reportOf({ ...facts, remote: [guessed], stats: moved }).outcome, "predicted");
  assert.equal(reportOf({ ...facts, stats: moved }).outcome, "reversed");
});

test("a relay inside the WebSocket is reported with why there is nothing better", () => {
  const failed = reportOf({ ...facts, isOpen: false, networks: { here: "random" } });
  const report = relayedReport(2, 1.5, failed, false);
  assert.deepEqual([report.link, report.outcome, report.scope, report.chosen, report.phases], [2, "websocket", "relay", null, { opened: 1.5 }]);
  assert.deepEqual([report.reasons, report.checks, report.remote], [["varies-here"], failed.checks, failed.remote]);
  assert.deepEqual(pathOf(report), { scope: "relay", way: "websocket", local: "", remote: "" });
  assert.deepEqual(relayedReport(0, 1, failed, true).reasons, ["relay-only"]);
  assert.deepEqual(relayedReport(0, 1, null, true).reasons, []);
});

test("before the statistics name a pair there is no path", () => {
  const report = reportOf({ ...facts, stats: [] });
  assert.deepEqual([report.outcome, report.chosen, pathOf(report)], ["direct", null, null]);
});

test("a phase ends once, and counts from when the two knew each other", () => {
  let now = 10;
  const clock = new PhaseClock(() => now, 7.5);
  clock.mark("gathered");
  now = 11.34567;
  clock.mark("opened");
  clock.mark("gathered");
  assert.deepEqual(clock.phases, { gathered: 2.5, opened: 3.846 });
});
