/** A sender alone: what it answers, and what it does not stand for. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../../src/transfer/frames.ts";
import { accept, CHUNK, control, digest, end, FRAME, hello, helloOf, offer, request, sender, type Sent } from "./saying.ts";

const violations: Readonly<Record<string, readonly Sent[]>> = {
  "no frame": [new Uint8Array()],
  "a frame that is too large": [new Uint8Array(300_000)],
  "something before hello": [accept],
  "a binary frame before hello": [request(1)],
  "hello twice": [hello, hello],
  "a request before accept": [hello, request(1)],
  "accept twice": [hello, accept, accept],
  "more than was offered": [hello, control({ t: "accept", files: 3, bytes: 0 })],
  "more bytes than were offered": [hello, control({ t: "accept", files: 2, bytes: CHUNK + 5 })],
  "more held than asked for": [hello, control({ t: "accept", files: 2, bytes: 1, have: 2 })],
  "a request that is open": [hello, accept, request(1), request(1)],
  "a chunk that is not there": [hello, accept, request(1, 1, 2)],
  "a file that is not there": [hello, accept, request(1, 3)],
  "the chunk of a folder": [hello, accept, request(1, 0)],
  "more requests than a sender queues": [hello, accept, ...Array.from({ length: 1025 }, (_, number) => request(number))],
  "a root asked for twice": [hello, accept, control({ t: "ask-root", file: 1 }), control({ t: "ask-root", file: 1 })],
  "the root of a folder": [hello, accept, control({ t: "ask-root", file: 0 })],
  "a page out of turn": [hello, control({ t: "list", start: 0 }), control({ t: "list", start: 0 })],
  "a page that is not there": [hello, control({ t: "list", start: 3 })],
  "progress beyond": [hello, accept, control({ t: "progress", bytes: CHUNK + 5, files: 0 })],
  "progress of too many files": [hello, accept, control({ t: "progress", bytes: 0, files: 3 })],
  "done that does not add up": [hello, accept, control({ t: "done", files: 1, bytes: 0 })],
  "done with too many bytes": [hello, accept, control({ t: "done", files: 2, bytes: CHUNK + 5 })],
  "a frame of its own side": [hello, control(offer)],
};

for (const [what, frames] of Object.entries(violations)) {
  test(`a sender that gets ${what} ends with a protocol error`, () => assert.equal(end(sender(), ...frames), "protocol"));
}

test("accept on a new link must say the same", () => {
  const made = sender();
  assert.equal(end(made, hello, accept), null);
  made.linkLost(0, 0);
  made.linkUp(0, 0, FRAME);
  assert.equal(end(made, hello, control({ t: "accept", files: 1, bytes: 3 })), "protocol");
});

test("a sender answers as long as it is wanted, in frames as large as the other takes", () => {
  const made = sender();
  end(made, helloOf(16_384), accept, request(1), request(2, 2), request(3));
  end(made, { type: "stop", request: 3 });
  end(made, { type: "stop", request: 9 });
  const [read, other] = [made.take(0), made.take(0)];
  assert.ok(read !== null && other !== null);
  assert.equal(made.take(0), null);
  const answer = made.answer(read, { data: new Uint8Array(CHUNK), hash: digest(0), root: null });
  const first = answer.next().value;
  assert.ok(first?.type === "data" && first.payload.length === 16_384 - 5);
  end(made, { type: "stop", request: 1 });
  assert.equal(answer.next().done, true);
  assert.deepEqual([...made.answer(read, { code: "file-vanished", message: "" })], []);
  const short = made.answer(other, { data: new Uint8Array(3), hash: digest(0), root: digest(0) });
  assert.equal(short.next().value?.type, "data");
  made.pause();
  end(made, request(4));
  assert.equal(made.take(0), null, "paused here");
  made.linkLost(0, 0);
  assert.equal(short.next().done, true, "no end on another link");
});

test("a lost file is told once, and its root with a code", () => {
  const made = sender();
  end(made, hello, accept, control({ t: "ask-root", file: 1 }));
  const lost = { code: "file-vanished", message: "gone" } as const;
  assert.equal(made.lost(1, lost).length, 1);
  assert.equal(made.lost(1, lost).length, 0);
  assert.deepEqual(made.rootFound(1, lost), [{ type: "send", link: 0, frame: control({ t: "root", file: 1, code: "file-vanished" }) }]);
  assert.deepEqual(made.rootFound(1, lost), []);
});

test("a sender tells progress not more often than it should, and the words of who declined", () => {
  const made = sender();
  end(made, hello, accept);
  const say = (at: number, count: number) => made.receive(0, encode(control({ t: "progress", bytes: count, files: 0 })), at);
  assert.deepEqual([say(1, 1).length, say(1.1, 2).length, say(1.2, 3).length], [1, 0, 1]);
  const declined = sender();
  assert.equal(end(declined, hello, control({ t: "decline", code: "no-space", message: "\u202e" })), "no-space");
  assert.equal(end(sender(), hello, control({ t: "decline" })), "declined");
});
