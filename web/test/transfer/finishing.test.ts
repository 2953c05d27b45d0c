/** A file of which everything has come: what becomes of it when those who had it are gone before it has its name. As tests/unit/pypeer/transfer/test_finishing.py. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../src/secure/encoding.ts";
import { Asking } from "../../src/transfer/asking.ts";
import { Fetch } from "../../src/transfer/fetch.ts";
import { fileRoot } from "../../src/transfer/merkle.ts";

const DATA = new Uint8Array(5).fill(7);
const HASH = new Uint8Array(32).fill(1);

function serving(source: number): Asking {
  const flow = new Asking(source, 0, 65_536, source);
  for (const step of ["hello", "offer", "accept"] as const) flow.step(step);
  return flow;
}

function requested(fetch: Fetch): number {
  for (const effect of fetch.takeEffects()) if (effect.type === "send" && effect.frame.type === "request") return effect.frame.request;
  return assert.fail("nothing was asked for");
}

/** Source 0 has it no more, source 1 has sent it all; with the right root the place is to finish it. */
function ready(root: Uint8Array): Fetch {
  const [none, all] = [serving(0), serving(1)];
  const fetch = new Fetch([{ path: "a", size: DATA.length, root: toHex(root) }], new Map([[0, none], [1, all]]));
  fetch.pump([none], 0);
  const refused = requested(fetch);
  fetch.pump([none, all], 0);
  fetch.refuse(none, { t: "refuse", request: refused, code: "file-changed" });
  fetch.takeEffects();
  fetch.pump([all], 0);
  const request = requested(fetch);
  all.data({ type: "data", request, payload: DATA }, 0);
  fetch.end(all, { type: "end", request, hash: HASH, root: null }, 0);
  fetch.takeEffects();
  fetch.stored({ type: "stored", file: 0, chunk: 0 });
  return fetch;
}

function naming(): Fetch {
  const fetch = ready(fileRoot(HASH, DATA.length));
  assert.deepEqual(fetch.takeEffects(), [{ type: "finish", file: 0 }]);
  return fetch;
}

const types = (fetch: Fetch): readonly string[] => fetch.takeEffects().map(({ type }) => type);

test("it is not lost with the last who had it", () => {
  const fetch = naming();
  fetch.forsake(1);
  assert.deepEqual(types(fetch), []);
  fetch.stored({ type: "finished", file: 0 });
  assert.ok(fetch.tally.isSettled);
});

test("it is lost if it cannot have its name", () => {
  const fetch = naming();
  fetch.stored({ type: "lost", file: 0, chunk: null, code: "unwritable", message: "no" });
  assert.deepEqual(types(fetch), ["discard", "event"]);
  assert.ok(fetch.tally.isSettled);
});

test("if whoever lied was the last who had it, it is lost once", () => {
  const fetch = ready(new Uint8Array(32).fill(2));
  assert.deepEqual(fetch.trust.accused, [1]);
  assert.deepEqual(types(fetch), ["discard", "event"]);
  assert.ok(fetch.tally.isSettled);
});
