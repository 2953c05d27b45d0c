/** What is kept in the browser, and how an older version becomes this one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { storesSince, VERSION } from "../../src/app/schema.ts";

const names = (from: number): readonly string[] => storesSince(from).map(({ name }) => name);

test("a browser that kept only its identity gets what is new, and keeps that", () => {
  assert.equal(VERSION, 6);
  assert.deepEqual(names(0), ["keys", "settings", "past", "libraries", "shared", "contacts", "spaces", "shelf", "handed"]);
  assert.deepEqual(names(1), ["settings", "past", "libraries", "shared", "contacts", "spaces", "shelf", "handed"]);
  assert.deepEqual(names(2), ["contacts", "spaces", "shelf", "handed"]);
  assert.deepEqual(names(3), ["spaces", "shelf", "handed"]);
  assert.deepEqual(names(4), ["shelf", "handed"]);
  assert.deepEqual(names(5), ["handed"]);
  assert.deepEqual(names(VERSION), []);
});
