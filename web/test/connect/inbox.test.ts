import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "../../src/connect/inbox.ts";

/** What is told to who begins to listen now. */
function listen(inbox: Inbox): string[] {
  const told: string[] = [];
  inbox.start({ onFrame: ([byte]) => told.push(`frame ${byte}`), onClose: () => told.push("closed") });
  return told;
}

const deliver = (inbox: Inbox, ...bytes: readonly number[]): readonly boolean[] => bytes.map((byte) => inbox.deliver(Uint8Array.of(byte)));

test("frames that nobody listened to are kept, and come before later ones", () => {
  const inbox = new Inbox();
  assert.deepEqual(deliver(inbox, 1, 2), [false, false]);
  const told = listen(inbox);
  assert.deepEqual(deliver(inbox, 3), [true]);
  assert.deepEqual(told, ["frame 1", "frame 2", "frame 3"]);
});

test("the end comes after all frames, and once", () => {
  const early = new Inbox();
  deliver(early, 1);
  early.end();
  assert.deepEqual(listen(early), ["frame 1", "closed"]);
  const later = new Inbox();
  const told = listen(later);
  later.end();
  later.end();
  assert.deepEqual(told, ["closed"]);
});

test("whoever closes the link at an early frame hears of its end once", () => {
  const inbox = new Inbox();
  deliver(inbox, 1);
  const told: string[] = [];
  inbox.start({ onFrame: () => inbox.end(), onClose: () => told.push("closed") });
  assert.deepEqual(told, ["closed"]);
});

test("of a link that is not used any more, only the end is told", () => {
  const inbox = new Inbox();
  const told = listen(inbox);
  inbox.ignore();
  assert.deepEqual(deliver(inbox, 1), [true]);
  inbox.end();
  assert.deepEqual(told, ["closed"]);
  const unheard = new Inbox();
  unheard.ignore();
  assert.deepEqual(deliver(unheard, 1), [true], "it is nobody's, and not kept");
  unheard.end();
});
