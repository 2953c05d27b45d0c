/** What is remembered of transfers that are over. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Matter, pastOf, type PastTransfer, REMEMBERED, withPast } from "../../src/app/history.ts";
import { Transfer } from "../../src/app/transfer.ts";
import type { TransferState } from "../../src/app/model.ts";
import { PeerError } from "../../src/errors.ts";

const PERSON = { id: "a".repeat(32), short: "Amber Falcon", name: "Anna" };
const MATTER: Matter = { isSent: true, title: "Holiday", isText: false, files: 3 };

function after(act: (transfer: Transfer) => void): TransferState {
  const transfer = new Transfer();
  act(transfer);
  return transfer.state.value;
}

function moved(transfer: Transfer): void {
  transfer.met(PERSON);
  transfer.event({ type: "progress", bytes: 60, total: 100, files: 2, rate: null, left: null });
}

const ended = (error?: Error): TransferState =>
  after((transfer) => {
    moved(transfer);
    transfer.ended(error ?? { sent: null } as never);
  });

test("what is over is remembered with who it was and how it ended", () => {
  assert.deepEqual(pastOf("k", MATTER, ended(), 5), { key: "k", ...MATTER, bytes: 100, person: PERSON, at: 5, ending: "done" });
  assert.equal(pastOf("k", { ...MATTER, files: null }, ended(), 5)?.files, 2);
});

test("what did not arrive counts as far as it came", () => {
  const endings = [new PeerError("cancelled", "", false), new PeerError("declined", "", false), new PeerError("no-path", ""), new Error("oops")].map((error) => pastOf("k", MATTER, ended(error), 5));
  assert.deepEqual(endings.map((past) => [past?.ending, past?.bytes]), [["stopped", 60], ["stopped", 60], ["failed", 60], ["failed", 60]]);
});

test("what arrived but for some files is told apart", () => {
  const state = after((transfer) => {
    moved(transfer);
    transfer.event({ type: "lost", path: "a", message: "unreadable" } as never);
    transfer.ended({} as never);
  });
  assert.equal(pastOf("k", MATTER, state, 5)?.ending, "part");
});

test("what goes on is not remembered, nor what was with nobody", () => {
  assert.equal(pastOf("k", MATTER, after(moved), 5), null);
  assert.equal(pastOf("k", MATTER, after((transfer) => transfer.ended(new Error("wrong words"))), 5), null);
});

test("a failure without a reason is a failure", () => {
  assert.equal(pastOf("k", MATTER, { ...ended(), phase: "failed", problem: null }, 5)?.ending, "failed");
});

test("the latest come first, each once, and the oldest are forgotten", () => {
  const one = pastOf("0", MATTER, ended(), 0) as PastTransfer;
  const all = Array.from({ length: REMEMBERED + 5 }, (_, at) => ({ ...one, key: String(at), at }));
  const past = withPast([], ...all);
  assert.equal(past.length, REMEMBERED);
  assert.equal(past[0]?.at, REMEMBERED + 4);
  const again = withPast(past, { ...one, key: "7", at: 1e6 });
  assert.deepEqual([again.length, again[0]?.key, again.filter(({ key }) => key === "7").length], [REMEMBERED, "7", 1]);
});
