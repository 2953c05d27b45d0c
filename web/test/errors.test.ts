import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerError, toPeerError } from "../src/errors.ts";

test("what has words for a person keeps them, anything else is a fault of this page", () => {
  const told = new PeerError("gone", "Gone.", false);
  assert.equal(toPeerError(told), told);
  for (const thrown of [new TypeError("no such thing"), "no such thing"]) {
    const { code, message, retry } = toPeerError(thrown);
    assert.deepEqual([code, message, retry], ["internal", "This page failed (no such thing). Reload it and try again.", true]);
  }
});
