import assert from "node:assert/strict";
import { test } from "node:test";
import { GATHERING_S, Hope, LOOK_S, PATIENCE_S } from "../../src/connect/hope.ts";
import type { Stats } from "../../src/connect/path.ts";

const pair = (id: string, more: Partial<Stats> = {}): Stats => ({ id, type: "candidate-pair", state: "in-progress", requestsSent: 1, ...more });
const CANDIDATE = ["candidate:1 1 udp 1 192.0.2.1 5000 typ host"];

/** An attempt that was described at the time 10, and whose candidates are all known. */
function known(): Hope {
  const hope = new Hope();
  hope.described(10);
  hope.found([], 10);
  hope.received([], 10);
  return hope;
}

/** The first time, in steps of 0.1 s, at which it is told. */
function toldAt(hope: Hope, stats: (now: number) => readonly Stats[]): number | null {
  for (let tick = 100; tick < 600; tick += 1) if (hope.isLost(stats(tick / 10), tick / 10)) return tick / 10;
  return null;
}

test("a pair that gives no answer is told within three seconds", () => {
  assert.equal(toldAt(known(), () => [pair("P")]), 10 + PATIENCE_S);
  assert.ok(PATIENCE_S + LOOK_S < 3);
});

test("so is an attempt in which no pair could be made, and one whose pairs all failed", () => {
  assert.equal(toldAt(known(), () => []), 10 + PATIENCE_S);
  assert.equal(toldAt(known(), () => [pair("P", { state: "failed" })]), 10 + PATIENCE_S);
});

test("checks that go out again and again, and come in unanswered, are no news", () => {
  assert.equal(toldAt(known(), (now) => [pair("P", { requestsSent: now, requestsReceived: now })]), 10 + PATIENCE_S);
});

test("each first time is news", () => {
  const later: readonly Stats[][] = [
    [pair("P"), pair("Q")],
    [pair("P", { state: "failed" })],
    [pair("P", { requestsReceived: 1 })],
  ];
  for (const stats of later) assert.equal(toldAt(known(), (now) => (now < 12 ? [pair("P")] : stats)), 12 + PATIENCE_S);
  const waiting = pair("P", { state: "waiting" });
  delete (waiting as { requestsSent?: number }).requestsSent;
  assert.equal(toldAt(known(), (now) => [now < 12 ? waiting : pair("P", { state: "waiting" })]), 12 + PATIENCE_S);
});

test("a pair that works is hope, however long the rest takes", () => {
  assert.equal(toldAt(known(), () => [pair("P", { state: "succeeded" }), pair("Q")]), null);
});

test("before the other side is described there is nothing to judge", () => {
  assert.equal(toldAt(new Hope(), () => [pair("P")]), null);
});

test("while a side gathers, it gets its time", () => {
  for (const still of ["here", "there"]) {
    const hope = known();
    if (still === "here") hope.found(CANDIDATE, 10);
    else hope.received(CANDIDATE, 10);
    assert.equal(toldAt(hope, () => [pair("P")]), 10 + GATHERING_S);
  }
});

test("a candidate that comes late, of either side, gets its time too", () => {
  const [mine, theirs] = [known(), known()];
  mine.found(CANDIDATE, 14);
  mine.found([], 14);
  theirs.received(CANDIDATE, 15);
  theirs.received([], 15);
  assert.deepEqual([mine, theirs].map((hope) => toldAt(hope, () => [])), [14 + PATIENCE_S, 15 + PATIENCE_S]);
});

test("what is not a pair does not matter", () => {
  assert.equal(toldAt(known(), (now) => [{ id: `C${now}`, type: "local-candidate", state: "succeeded" }]), 10 + PATIENCE_S);
});

test("a missing state is as good as any", () => {
  assert.equal(toldAt(known(), () => [{ id: "P", type: "candidate-pair" }]), 10 + PATIENCE_S);
});
