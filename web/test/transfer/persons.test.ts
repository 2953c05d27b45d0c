/** What the persons at both ends do, decline, pause, go on or cancel, happens on both sides. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/secure/encoding.ts";
import { decode } from "../../src/transfer/frames.ts";
import type { Receiver } from "../../src/transfer/receiver.ts";
import type { Sender } from "../../src/transfer/sender.ts";
import { CHUNK, codeOf, control } from "./saying.ts";
import { bytes, Session, tree } from "./simulation.ts";

test("the person may decline", async () => {
  const session = new Session(tree);
  session.accepts = false;
  await session.open();
  await session.run();
  assert.deepEqual([codeOf(session.results.sender), codeOf(session.results.receiver)], ["declined", "declined"]);
});

test("either side may pause, nothing moves, and both go on", async () => {
  for (const side of ["sender", "receiver"] as const) {
    const session = new Session({ a: bytes(40 * CHUNK) });
    const party: Sender | Receiver = session[side];
    await session.open();
    await session.run(120);
    await session.perform(side, party.pause());
    await session.perform(side, party.pause());
    await session.run();
    assert.deepEqual(session.results, {}, "paused");
    await session.lose();
    await session.open();
    await session.run();
    assert.deepEqual(session.results, {}, "still paused on the next link");
    assert.ok(session.sender.isPaused && session.receiver.isPaused);
    await session.perform(side, party.resume(session.now));
    await session.perform(side, party.resume(session.now));
    await session.serve();
    await session.run();
    assert.deepEqual(session.results.sender, { files: 1, bytes: 40 * CHUNK, failed: 0 });
    const seen = session.events[side].flatMap((event) => (event.type === "paused" ? [event.by] : []));
    assert.deepEqual(seen, ["me", null]);
  }
});

test("a pause of both ends when both go on", async () => {
  const session = new Session({ a: bytes(40 * CHUNK) });
  await session.open();
  await session.run(120);
  await session.perform("sender", session.sender.pause());
  await session.perform("receiver", session.receiver.pause());
  await session.run();
  await session.perform("sender", session.sender.resume(session.now));
  await session.run();
  assert.deepEqual(session.results, {});
  await session.perform("receiver", session.receiver.resume(session.now));
  await session.run();
  assert.deepEqual(session.results.receiver, { files: 1, bytes: 40 * CHUNK, failed: 0 });
});

test("cancelling is told, with a reason unless it was the person's wish", async () => {
  const session = new Session(tree);
  await session.open();
  await session.run(8);
  await session.perform("receiver", session.receiver.cancel("cancelled", "You stopped it."));
  assert.deepEqual(decode(session.wire.sender.at(-1) as Bytes), control({ t: "cancel" }));
  await session.run();
  assert.match((session.results.sender as Error).message, /The other side cancelled/);
  assert.deepEqual(session.receiver.cancel("internal", ""), []);
  const other = new Session(tree);
  await other.open();
  await other.perform("sender", other.sender.cancel("expired", "Over."));
  await other.run();
  assert.deepEqual([codeOf(other.results.sender), codeOf(other.results.receiver)], ["expired", "expired"]);
  assert.match((other.results.receiver as Error).message, /The offer is over.*\(Over\.\)/);
});
