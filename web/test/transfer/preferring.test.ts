/** What is asked for, and in which order: nothing that is kept or left out, first what is preferred or waited for, and no faster than the budget allows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import { Budget } from "../../src/transfer/budget.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import type { Receiver } from "../../src/transfer/receiver.ts";
import { agreed, asked, CHUNK, chunk, control, digest, on, root } from "./saying.ts";

const large: Entry = { path: "large", size: 3 * CHUNK };

const listed = (): Receiver => agreed([large, { path: "other", size: 1 }]);

test("what an earlier visit kept is not asked for again, and what is not wanted is not asked for", () => {
  const made = listed();
  const hashes = new FileHashes(3 * CHUNK);
  hashes.put(1, digest(1));
  const effects = made.prepared(0, { hashes: new Map([[0, hashes]]), leftOut: new Set([1]), rewrites: true });
  assert.deepEqual(asked(effects), ["0/0", "0/2"]);
  const accepted = effects.find((effect) => effect.type === "send" && effect.frame.type === "control" && effect.frame.message.t === "accept");
  assert.deepEqual((accepted as { frame: { message: object } }).frame.message, { t: "accept", files: 1, bytes: 3 * CHUNK, have: CHUNK });
});

test("what was kept of another content is fetched anew, once", () => {
  const made = listed();
  const hashes = new FileHashes(3 * CHUNK);
  for (const number of [0, 1, 2]) hashes.put(number, digest(1));
  made.prepared(0, { hashes: new Map([[0, hashes]]), leftOut: new Set([1]), rewrites: true });
  const again = on(made, 0, control({ t: "root", file: 0, root: root("0") }));
  assert.deepEqual(asked(again), ["0/0", "0/1", "0/2"]);
  for (const number of [0, 1, 2]) {
    on(made, 0, ...chunk(number, CHUNK));
    made.stored({ type: "stored", file: 0, chunk: number }, 0);
  }
  const last = on(made, 0, control({ t: "root", file: 0, root: root("0") }));
  assert.ok(last.some((effect) => effect.type === "discard"), "its root still does not match");
});

test("what is preferred is asked for first, before anything is and later", () => {
  const before = listed();
  assert.deepEqual(asked(before.prepared(0, undefined, new Budget(CHUNK), [1])), ["1/0"]);
  const made = listed();
  made.prefer([1]);
  assert.deepEqual(asked(made.prepared(0, undefined, new Budget(CHUNK))), ["0/0"]);
  made.prefer([1]);
  assert.deepEqual(asked(made.tick(2)), ["1/0", "0/1"]);
});

test("what somebody waits for who looks at a file is asked for next", () => {
  const made = listed();
  made.seek(0, 2 * CHUNK);
  assert.deepEqual(asked(made.prepared(0, undefined, new Budget(CHUNK))), ["0/0"], "nothing is fetched yet");
  made.seek(0, 2 * CHUNK + 5);
  assert.deepEqual(asked(made.tick(1)), ["0/2"]);
  assert.deepEqual(asked(made.tick(2)), ["0/1"]);
});

test("a budget bounds how fast chunks are asked for", () => {
  const made = listed();
  assert.equal(asked(made.prepared(0, undefined, new Budget(CHUNK))).length, 1);
  assert.equal(asked(made.tick(0.5)).length, 0);
  assert.equal(asked(made.tick(1)).length, 1);
  assert.equal(asked(made.tick(0.9)).length, 0, "a clock that jumps back saves nothing");
  assert.equal(asked(made.tick(9)).length, 1, "nor does one that jumps ahead save more than a burst");
});
