import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransferPhase, TransferState } from "../../src/app/model.ts";
import { announcement, figures, hasFigures, hasNoPath, isRunning, legend, overall, personName, phaseWords, senderWords, shown } from "../../src/ui/describe.ts";

const otter = { id: "b".repeat(32), short: "Tawny Otter", name: "" };
const path = { scope: "network", way: "direct", local: "", remote: "" } as const;

function state(phase: TransferPhase, more: Partial<TransferState> = {}): TransferState {
  const progress = { bytes: 25, total: 100, files: 0, rate: 5_000_000, left: 90 };
  return { phase, person: otter, path, report: null, progress, pausedBy: null, problem: null, lost: [], ...more };
}

test("phases are said from where one stands", () => {
  assert.equal(phaseWords(state("asking"), "sending"), "Looking at what you offer");
  assert.equal(phaseWords(state("asking"), "receiving"), "Waiting for you");
  assert.equal(phaseWords(state("meeting"), "receiving"), phaseWords(state("meeting"), "sending"));
  assert.equal(phaseWords(state("paused", { pausedBy: "them" }), "sending"), "Paused by the other side");
  assert.equal(phaseWords(state("paused"), "sending"), "Paused");
  assert.equal(phaseWords(state("connecting"), "sending"), "Looking for the best way between you…");
  assert.equal(phaseWords(state("connecting", { report: { v: 1, outcome: "failed" } }), "receiving"), "The first try found no way. Trying again…");
});

test("of each of several senders it is said how it stands, and why one was left out", () => {
  assert.equal(senderWords(state("moving")), "Sends to you");
  assert.equal(senderWords(state("failed", { problem: { code: "declined", message: "It offers something else.", retry: false } })), "Left out. It offers something else.");
  assert.equal(senderWords(state("failed")), "Left out. ");
});

test("speed and time are shown only while it moves and they are known", () => {
  assert.deepEqual(figures(state("moving")), { part: "25 %", amount: "25 bytes of 100 bytes", rate: "5.0 MB/s", left: "1 min 30 s left" });
  const unknown = state("moving", { progress: { bytes: 0, total: 0, files: 0, rate: null, left: null } });
  assert.deepEqual(figures(unknown), { part: "0 %", amount: "0 bytes of 0 bytes", rate: "", left: "" });
  assert.equal(figures(state("paused")).rate, "");
});

test("below a transfer stands what matters in its phase", () => {
  const nothing = { part: "", amount: "", rate: "", left: "" };
  assert.deepEqual(legend(state("asking")), nothing);
  assert.deepEqual(legend(state("moving")), figures(state("moving")));
  assert.deepEqual(legend(state("done")), { ...nothing, amount: "100 bytes" });
  assert.deepEqual(legend(state("failed")), nothing);
});

test("an end is an end", () => {
  assert.ok(!isRunning(state("done")) && !isRunning(state("failed")) && isRunning(state("paused")));
  assert.ok(hasFigures(state("moving")) && hasFigures(state("paused")) && hasFigures(state("reconnecting")) && !hasFigures(state("asking")));
  assert.equal(shown(state("done")), 100);
  assert.equal(shown(state("failed")), 25);
});

test("changes are told, progress is not", () => {
  assert.equal(announcement(null, state("meeting", { person: null }), "sending"), "Someone: Checking the code with each other…");
  assert.equal(announcement(state("asking"), state("moving"), "sending"), "Tawny Otter: Same network.");
  assert.equal(announcement(state("asking"), state("moving", { path: null }), "sending"), "");
  assert.equal(announcement(state("moving"), state("moving"), "sending"), "");
  assert.equal(announcement(state("moving"), state("moving", { path: { ...path, scope: "relay" } }), "sending"), "Tawny Otter: Through a relay.");
  const problem = { code: "gone", message: "They left.", retry: true };
  assert.equal(announcement(state("moving"), state("failed", { problem }), "sending"), "Tawny Otter: They left.");
  assert.equal(announcement(state("moving"), state("failed"), "sending"), "Tawny Otter: Not delivered");
});

test("the title sums what is running", () => {
  assert.equal(overall([]), null);
  assert.equal(overall([state("done"), state("asking")]), null);
  assert.equal(overall([state("moving"), state("moving", { progress: { bytes: 100, total: 100, files: 1, rate: null, left: null } })]), 62);
});

test("a failure to connect is explained where there is a report of it", () => {
  const problem = { code: "no-path", message: "No way.", retry: true };
  assert.ok(hasNoPath(state("failed", { problem, report: { v: 1, outcome: "failed" } })));
  assert.ok(!hasNoPath(state("failed", { problem })) && !hasNoPath(state("failed", { report: { v: 1, outcome: "failed" } })));
});

test("nobody has a name before it is proven", () => {
  assert.equal(personName(null), "Someone");
  assert.equal(personName(otter), "Tawny Otter");
});
