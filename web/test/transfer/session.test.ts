/** Both sides of a session together, over one link at a time: all arrives, whatever goes wrong, and both know. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerError } from "../../src/errors.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import { decode, encode } from "../../src/transfer/frames.ts";
import { TRANSITIONS } from "../../src/transfer/phases.ts";
import { CHUNK, codeOf, FRAME, helloOf } from "./saying.ts";
import { bytes, Session, tree } from "./simulation.ts";

const contents = Object.fromEntries(Object.entries(tree).filter((pair) => pair[1] !== null && pair[1].length > 0));
const total = 3 * CHUNK + 82;

test("a tree arrives whole, and both sides know", async () => {
  const session = new Session(tree);
  await session.open();
  await session.run();
  const outcome = { files: 3, bytes: total, failed: 0 };
  assert.deepEqual(session.results, { sender: outcome, receiver: outcome });
  assert.deepEqual(Object.fromEntries(session.files), contents);
  assert.deepEqual(session.finished.toSorted(), ["big", "d/empty", "d/small"]);
  assert.deepEqual(session.events.sender.at(-1), { ...session.events.receiver.at(-1), rate: null, left: null });
  assert.deepEqual([session.sender.hasEnded, session.receiver.phase], [true, "over"]);
  assert.deepEqual(session.sender.receive(0, new Uint8Array(), 0), [], "nothing after the end");
});

test("a link may be lost after any number of frames, and nothing is lost with it", async () => {
  for (let frames = 0; frames < 60; frames += 3) {
    const session = new Session(tree);
    for (let links = 0; links < 5; links += 1) {
      await session.open();
      await session.run(frames);
      await session.lose();
    }
    await session.open(links(frames));
    await session.run();
    assert.deepEqual(session.results.receiver, { files: 3, bytes: total, failed: 0 }, `after ${frames} frames`);
    assert.deepEqual(Object.fromEntries(session.files), contents);
  }
});

/** Frames of other sizes on the last link. */
const links = (seed: number): number => 16_384 * (1 + (seed % 5));

/** All is stored, and the last link was lost before the receiver could say so. */
async function untold(): Promise<Session> {
  const session = new Session({ a: bytes(5) });
  session.store = (effect, result) => (effect.type === "conclude" ? null : result);
  await session.open();
  await session.run();
  await session.lose();
  await session.perform("receiver", session.receiver.stored({ type: "concluded" }, session.now));
  return session;
}

test("only the sender misses the last word, and hears it on the next link", async () => {
  const session = await untold();
  assert.deepEqual(session.results, {}, "it is not told to a link that is not there");
  await session.open();
  await session.run();
  assert.deepEqual(session.results.sender, { files: 1, bytes: 5, failed: 0 });
});

test("once all is stored, nothing from outside makes it a failure", async () => {
  const session = await untold();
  await session.perform("receiver", session.receiver.abandon(new PeerError("gone", "gone")));
  assert.deepEqual(session.results.receiver, { files: 1, bytes: 5, failed: 0 });
});

test("nothing is offered: that is a transfer too", async () => {
  const session = new Session({});
  await session.open();
  await session.run();
  assert.deepEqual(session.results.receiver, { files: 0, bytes: 0, failed: 0 });
});

test("a wrong chunk is asked for again, three times at most", async () => {
  for (const [faults, failed] of [[2, 0], [3, 1]] as const) {
    const session = new Session(tree);
    let left: number = faults;
    session.read = (file, chunk, data) => (file === 3 && chunk === 1 && left-- > 0 ? data.with(0, (data[0] ?? 0) ^ 1) : data);
    await session.open();
    await session.run();
    assert.deepEqual(session.results.receiver, { files: 3 - failed, bytes: failed === 0 ? total : 5, failed });
    assert.deepEqual(session.results.sender, session.results.receiver);
  }
});

test("a file that changed is given up, the others go on", async () => {
  const session = new Session(tree);
  session.read = (file, chunk, data) => (file === 3 && chunk >= 1 ? "file-changed" : data);
  await session.open();
  await session.run();
  assert.deepEqual(session.results.receiver, { files: 2, bytes: 5, failed: 1 });
  assert.deepEqual(Object.keys(Object.fromEntries(session.files)), ["d/small"]);
  const lost = (side: "sender" | "receiver"): readonly string[] => session.events[side].flatMap((event) => (event.type === "lost" ? [event.path] : []));
  assert.deepEqual([lost("sender"), lost("receiver")], [["big"], ["big"]]);
});

test("a file that cannot be stored is given up, the others go on", async () => {
  for (const [type, chunk] of [["store", 0], ["finish", null]] as const) {
    const session = new Session(tree);
    session.store = (effect, result) =>
      effect.type === type && effect.file === 3 ? { type: "lost", file: 3, chunk, code: "unwritable", message: "no" } : result;
    await session.open();
    await session.run();
    assert.deepEqual([session.results.receiver, session.results.sender], [{ files: 2, bytes: 5, failed: 1 }, { files: 2, bytes: 5, failed: 1 }]);
  }
});

test("a store that breaks ends the session on both sides", async () => {
  const session = new Session(tree);
  session.store = (effect, result) => (effect.type === "store" ? { type: "broken", code: "no-space", message: "The disk is full." } : result);
  await session.open();
  await session.run();
  assert.deepEqual([codeOf(session.results.receiver), codeOf(session.results.sender)], ["no-space", "no-space"]);
  assert.deepEqual(session.receiver.stored({ type: "concluded" }, 0), []);
});

test("after the end nothing happens any more", async () => {
  const session = new Session(tree);
  await session.open();
  await session.perform("sender", session.sender.abandon(new PeerError("gone", "gone")));
  await session.perform("receiver", session.receiver.abandon(new PeerError("gone", "gone")));
  for (const party of [session.sender, session.receiver]) {
    assert.deepEqual([party.linkUp(9, 0, FRAME), party.linkLost(0, 0), party.pause(), party.resume(0), party.abandon(new PeerError("x", "x"))], [[], [], [], [], []]);
  }
  assert.deepEqual([session.receiver.decided(true), session.receiver.prepared(0), session.receiver.tick(9)], [[], [], []]);
  assert.deepEqual([session.sender.lost(2, { code: "file-changed", message: "" }), session.sender.rootFound(2, bytes(32)), session.sender.take(0)], [[], [], null]);
});

test("a version that nobody here speaks ends it", async () => {
  const session = new Session(tree);
  await session.open();
  await session.deliver("sender", encode(helloOf(FRAME, 2)));
  assert.equal(codeOf(session.results.sender), "unsupported-version");
});

test("the root is asked for when no end of a chunk told it", async () => {
  const session = new Session({ a: bytes(CHUNK + 1), b: bytes(CHUNK + 1, 2) });
  await session.open();
  const strip = (frame: Bytes): Bytes => {
    const decoded = decode(frame);
    return decoded?.type === "end" ? encode({ ...decoded, root: null }) : frame;
  };
  let asked = 0;
  while (session.isMoving) {
    session.wire.receiver = session.wire.receiver.map(strip);
    for (const frame of session.wire.sender) {
      const message = decode(frame);
      if (message?.type === "control" && message.message.t === "ask-root") asked += 1;
    }
    await session.run(1);
    if (asked === 1 && session.files.size === 2) {
      await session.lose();
      await session.open();
      asked = 2;
    }
  }
  assert.deepEqual(session.results.receiver, { files: 2, bytes: 2 * CHUNK + 2, failed: 0 });
});

test("progress is told at most four times a second", async () => {
  const session = new Session({ a: bytes(20 * CHUNK) });
  await session.open();
  await session.run();
  const told = session.events.receiver.filter((event) => event.type === "progress").length;
  assert.ok(told >= 2 && told <= session.now * 4 + 2, String(told));
});

test("a long manifest is listed page by page, also over several links", async () => {
  const many = Object.fromEntries(Array.from({ length: 2500 }, (_, index) => [`folder ${index}`, null]));
  const session = new Session(many);
  for (const frames of [4, 6, Number.POSITIVE_INFINITY]) {
    await session.open();
    await session.run(frames);
    if (frames < 10) await session.lose();
  }
  assert.equal(session.receiver.entries.length, 2500);
  assert.deepEqual(session.results.sender, { files: 0, bytes: 0, failed: 0 });
});

test("nothing leads out of the end", () => {
  assert.deepEqual(TRANSITIONS.over, {});
});
