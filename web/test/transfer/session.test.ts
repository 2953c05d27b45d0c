import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { PeerError } from "../../src/errors.ts";
import type { ControlMessage, Entry, EndCode } from "../../src/gen/peer.ts";
import type { ReceiverEffect, SenderEffect } from "../../src/transfer/effects.ts";
import { decode, encode, type Frame } from "../../src/transfer/frames.ts";
import { endCode, Manifest, offerOf, page, sameOffer } from "../../src/transfer/manifest.ts";
import { Budget } from "../../src/transfer/budget.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { ManifestError } from "../../src/transfer/names.ts";
import { TRANSITIONS } from "../../src/transfer/phases.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { Sender } from "../../src/transfer/sender.ts";
import { bytes, Session, type Tree } from "./simulation.ts";

const CHUNK = 262_144;
const tree: Tree = { "d": null, "d/empty": bytes(0), "d/small": bytes(5), "big": bytes(3 * CHUNK + 77), "d/e": null };
const contents = Object.fromEntries(Object.entries(tree).filter((pair) => pair[1] !== null && pair[1].length > 0));
const total = 3 * CHUNK + 82;

function codeOf(result: unknown): string {
  assert.ok(result instanceof PeerError, String(result));
  return result.code;
}

const control = (message: ControlMessage): Frame => ({ type: "control", message });

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

test("only the sender misses the last word, and hears it on the next link", async () => {
  const session = new Session({ a: bytes(5) });
  session.store = (effect, result) => (effect.type === "conclude" ? null : result);
  await session.open();
  await session.run();
  await session.lose();
  await session.perform("receiver", session.receiver.stored({ type: "concluded" }, session.now));
  assert.deepEqual(session.results, {}, "it is not told to a link that is not there");
  await session.open();
  await session.run();
  assert.deepEqual(session.results.sender, { files: 1, bytes: 5, failed: 0 });
});

test("once all is stored, nothing from outside makes it a failure", async () => {
  const session = new Session({ a: bytes(5) });
  session.store = (effect, result) => (effect.type === "conclude" ? null : result);
  await session.open();
  await session.run();
  await session.lose();
  await session.perform("receiver", session.receiver.stored({ type: "concluded" }, session.now));
  await session.perform("receiver", session.receiver.abandon(new PeerError("gone", "gone")));
  assert.deepEqual(session.results.receiver, { files: 1, bytes: 5, failed: 0 });
});

test("nothing is offered: that is a transfer too", async () => {
  const session = new Session({});
  await session.open();
  await session.run();
  assert.deepEqual(session.results.receiver, { files: 0, bytes: 0, failed: 0 });
});

test("the person may decline", async () => {
  const session = new Session(tree);
  session.accepts = false;
  await session.open();
  await session.run();
  assert.deepEqual([codeOf(session.results.sender), codeOf(session.results.receiver)], ["declined", "declined"]);
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
  assert.deepEqual(decode(session.wire.sender.at(-1) as Uint8Array<ArrayBuffer>), control({ t: "cancel" }));
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

test("after the end nothing happens any more", async () => {
  const session = new Session(tree);
  await session.open();
  await session.perform("sender", session.sender.abandon(new PeerError("gone", "gone")));
  await session.perform("receiver", session.receiver.abandon(new PeerError("gone", "gone")));
  for (const party of [session.sender, session.receiver]) {
    assert.deepEqual([party.linkUp(9, 0, 65_536), party.linkLost(0, 0), party.pause(), party.resume(0), party.abandon(new PeerError("x", "x"))], [[], [], [], [], []]);
  }
  assert.deepEqual([session.receiver.decided(true), session.receiver.prepared(0), session.receiver.tick(9)], [[], [], []]);
  assert.deepEqual([session.sender.lost(2, { code: "file-changed", message: "" }), session.sender.rootFound(2, bytes(32)), session.sender.take(0)], [[], [], null]);
});

test("a version that nobody here speaks ends it", async () => {
  const session = new Session(tree);
  await session.open();
  await session.deliver("sender", encode(control({ t: "hello", v: 2, client: "x", frame: 65_536 })));
  assert.equal(codeOf(session.results.sender), "unsupported-version");
});

test("the root is asked for when no end of a chunk told it", async () => {
  const session = new Session({ a: bytes(CHUNK + 1), b: bytes(CHUNK + 1, 2) });
  await session.open();
  const strip = (frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
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

// --- one side alone, against a hand-made other ---

const hello = control({ t: "hello", v: 1, client: "test", frame: 16_384 });
const entries: readonly Entry[] = [{ path: "f", folder: true }, { path: "f/a", size: CHUNK + 1 }, { path: "b", size: 3 }];
const offer = offerOf(entries, "t", false);

/** A side that got these frames; gives the code it ended with, or null. */
function end(party: Sender | Receiver, ...frames: readonly (Frame | Uint8Array<ArrayBuffer>)[]): string | null {
  const effects = frames.flatMap((frame): readonly (SenderEffect | ReceiverEffect)[] => party.receive(0, frame instanceof Uint8Array ? frame : encode(frame), 0));
  const [last] = effects.flatMap((effect) => (effect.type === "end" ? [effect.result] : []));
  return last instanceof PeerError ? last.code : null;
}

function sender(): Sender {
  const made = new Sender(offer, entries);
  made.linkUp(0, 0, 65_536);
  return made;
}

const accept = control({ t: "accept", files: 2, bytes: CHUNK + 4 });
const request = (number: number, file = 1, chunk = 0): Frame => ({ type: "request", request: number, file, chunk });

const violations: Readonly<Record<string, readonly (Frame | Uint8Array<ArrayBuffer>)[]>> = {
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
  made.linkUp(0, 0, 65_536);
  assert.equal(end(made, hello, control({ t: "accept", files: 1, bytes: 3 })), "protocol");
});

test("a sender answers as long as it is wanted, in frames as large as the other takes", () => {
  const made = sender();
  end(made, hello, accept, request(1), request(2, 2), request(3));
  end(made, { type: "stop", request: 3 });
  end(made, { type: "stop", request: 9 });
  const [read, other] = [made.take(0), made.take(0)];
  assert.ok(read !== null && other !== null);
  assert.equal(made.take(0), null);
  const answer = made.answer(read, { data: bytes(CHUNK), hash: bytes(32), root: null });
  const first = answer.next().value;
  assert.ok(first?.type === "data" && first.payload.length === 16_384 - 5);
  end(made, { type: "stop", request: 1 });
  assert.equal(answer.next().done, true);
  assert.deepEqual([...made.answer(read, { code: "file-vanished", message: "" })], []);
  const short = made.answer(other, { data: bytes(3), hash: bytes(32), root: bytes(32) });
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

function receiver(): Receiver {
  const made = new Receiver();
  made.linkUp(0, 0, 65_536);
  return made;
}

const list = control(page(entries, 0));

function fetching(...more: readonly Entry[]): Receiver {
  const all = [...entries, ...more];
  const made = receiver();
  assert.equal(end(made, hello, control(offerOf(all, "t", false)), control(page(all, 0))), null);
  made.decided(true);
  made.prepared(0);
  return made;
}

const root = (fill: string): string => fill.repeat(64);
const data = (number: number, size: number): Frame => ({ type: "data", request: number, payload: new Uint8Array(size) });
const ends = (number: number, fill: number | null = null): Frame => ({ type: "end", request: number, hash: new Uint8Array(32), root: fill === null ? null : new Uint8Array(32).fill(fill) });

const received: Readonly<Record<string, readonly Frame[]>> = {
  "something before the offer": [hello, list],
  "another offer": [hello, control(offer), control(offer)],
  "a frame of its own side": [hello, control(offer), accept],
  "data before it asked": [hello, control(offer), data(0, 1)],
  "entries after the last": [hello, control(offer), list, list],
};

for (const [what, frames] of Object.entries(received)) {
  test(`a receiver that gets ${what} ends with a protocol error`, () => assert.equal(end(receiver(), ...frames), "protocol"));
}

const answers: Readonly<Record<string, readonly Frame[]>> = {
  "data for no request": [data(99, 1)],
  "the end of no request": [ends(99)],
  "a refusal of no request": [control({ t: "refuse", request: 99, code: "file-changed" })],
  "too much data": [...Array.from({ length: 5 }, () => data(0, 65_000)), data(0, 1)],
  "an end without data": [ends(0)],
  "an end too early": [data(0, 5), ends(0)],
  "a root that was not asked for": [control({ t: "root", file: 1, root: root("0") })],
  "two roots": [data(2, 3), ends(2, 1), data(1, 1), ends(1, 1), ...Array.from({ length: 4 }, () => data(0, 65_536)), ends(0, 2)],
};

for (const [what, frames] of Object.entries(answers)) {
  test(`a receiver that gets ${what} ends with a protocol error`, () => assert.equal(end(fetching(), ...frames), "protocol"));
}

test("an offer on a new link must be the same", () => {
  const made = fetching();
  made.linkLost(0, 0);
  made.linkUp(0, 0, 65_536);
  assert.equal(end(made, hello, control({ ...offer, title: "other" })), "protocol");
});

const impossible: Readonly<Record<string, [EndCode, readonly ControlMessage[]]>> = {
  "too many entries": ["too-many-entries", [{ ...offer, files: 200_001 }]],
  "a long text": ["bad-manifest", [{ ...offer, files: 1, folders: 0, bytes: 1_048_577, text: true }]],
  "a text of two": ["bad-manifest", [{ ...offer, text: true }]],
  "a text with a folder": ["bad-manifest", [{ ...offer, files: 1, bytes: 3, text: true }]],
  "a page out of turn": ["bad-manifest", [offer, { t: "entries", start: 1, entries: [] }]],
  "an empty page": ["bad-manifest", [offer, { t: "entries", start: 0, entries: [] }]],
  "more than offered": ["bad-manifest", [{ ...offer, files: 1 }, page(entries, 0)]],
  "other sums": ["bad-manifest", [{ ...offer, bytes: 1 }, page(entries, 0)]],
  "a folder with a size": ["bad-manifest", [{ ...offer, files: 0, folders: 1, bytes: 1 }, { t: "entries", start: 0, entries: [{ path: "a", size: 1, folder: true }], last: true }]],
  "an impossible path": ["bad-manifest", [{ ...offer, files: 1, folders: 0, bytes: 0 }, { t: "entries", start: 0, entries: [{ path: "../a" }], last: true }]],
};

for (const [what, [code, messages]] of Object.entries(impossible)) {
  test(`an offer of ${what} ends with ${code}`, () => assert.equal(end(receiver(), hello, ...messages.map(control)), code));
}

test("paths that are longer than a receiver takes altogether end it, and nothing may follow the last page", () => {
  const manifest = new Manifest({ ...offer, files: 100_000 });
  const long = Array.from({ length: 1000 }, () => ({ path: "x".repeat(4096) }));
  assert.throws(
    () => {
      for (let start = 0; ; start += 1000) manifest.add({ t: "entries", start, entries: long });
    },
    (error) => error instanceof ManifestError && endCode(error) === "too-many-entries",
  );
  const complete = new Manifest(offer);
  complete.add(page(entries, 0));
  assert.ok(complete.isComplete);
  assert.throws(() => complete.add({ t: "entries", start: 3, entries: [], last: true }), ManifestError);
});

test("a manifest of many entries goes in pages that fit a frame", () => {
  const many = Array.from({ length: 3000 }, (_, index): Entry => ({ path: `${"ü".repeat(100)}${index}`, size: index }));
  const manifest = new Manifest(offerOf(many, "", false));
  let pages = 0;
  while (!manifest.isComplete) {
    const next = page(many, manifest.entries.length);
    assert.ok(encode(control(next)).length <= 61_441);
    manifest.add(next);
    pages += 1;
  }
  assert.deepEqual([manifest.entries, pages > 10], [many, true]);
  assert.equal(page(Array.from({ length: 1001 }, () => ({ path: "a" })), 0).entries.length, 1000);
  assert.ok(sameOffer({ ...offerOf(many, "", true), text: true }, offerOf(many, "", true)));
});

test("what was taken back may still be answered", () => {
  const made = fetching();
  const refused = made.receive(0, encode(control({ t: "refuse", request: 0, code: "file-changed" })), 0);
  const sent = refused.flatMap((effect) => (effect.type === "send" && effect.frame.type === "stop" ? [effect.frame.request] : []));
  assert.deepEqual(sent, [1]);
  assert.deepEqual(made.receive(0, encode(data(1, 1)), 0), []);
  assert.equal(end(made, ends(1)), null);
  assert.equal(end(made, ends(1)), "protocol", "but once");
  const again = fetching();
  end(again, control({ t: "refuse", request: 0, code: "file-changed", message: "it grew" }));
  assert.equal(end(again, control({ t: "refuse", request: 1, code: "file-changed" })), null);
});

test("a root that does not fit loses the file; one that is known is compared", () => {
  const known = fetching({ path: "c", size: 1, root: root("1") });
  const effects = [...known.receive(0, encode(data(3, 1)), 0), ...known.receive(0, encode(ends(3)), 0), ...known.stored({ type: "stored", file: 3, chunk: 0 }, 0)];
  assert.ok(effects.some((effect) => effect.type === "discard" && effect.file === 3));
  const later = fetching();
  end(later, data(2, 3), ends(2));
  assert.ok(later.stored({ type: "stored", file: 2, chunk: 0 }, 0).some((effect) => effect.type === "send" && effect.frame.type === "control" && effect.frame.message.t === "ask-root"));
  const told = later.receive(0, encode(control({ t: "root", file: 2, root: root("a") })), 0);
  assert.ok(told.some((effect) => effect.type === "discard" && effect.file === 2));
});

for (const message of [{ t: "root", file: 2, code: "file-changed" }, { t: "root", file: 2 }] as const) {
  test(`a root that cannot be told loses the file (${JSON.stringify(message)})`, () => {
    const made = fetching();
    end(made, data(2, 3), ends(2));
    made.stored({ type: "stored", file: 2, chunk: 0 }, 0);
    const told = made.receive(0, encode(control(message)), 0);
    assert.ok(told.some((effect) => effect.type === "event" && effect.event.type === "lost"));
  });
}

test("results for a file that was lost meanwhile change nothing", () => {
  const made = fetching();
  end(made, ...Array.from({ length: 4 }, () => data(0, 65_536)), ends(0), control({ t: "refuse", request: 1, code: "file-changed" }));
  assert.deepEqual(made.stored({ type: "stored", file: 1, chunk: 0 }, 0), []);
  const again = fetching();
  end(again, ...Array.from({ length: 4 }, () => data(0, 65_536)), ends(0), control({ t: "refuse", request: 1, code: "file-changed" }));
  assert.deepEqual(again.stored({ type: "lost", file: 1, chunk: 0, code: "unwritable", message: "" }, 0), []);
});

test("a root that comes after its file was lost changes nothing", () => {
  const made = fetching();
  end(made, data(2, 3), ends(2));
  made.stored({ type: "stored", file: 2, chunk: 0 }, 0);
  made.stored({ type: "lost", file: 2, chunk: null, code: "unwritable", message: "" }, 0);
  assert.deepEqual(made.receive(0, encode(control({ t: "root", file: 2, root: root("0") })), 0), []);
});

test("at most 256 requests and as many questions for roots are under way", () => {
  const many = Array.from({ length: 600 }, (_, index): Entry => ({ path: `${index}`, size: 1 }));
  const made = receiver();
  end(made, hello, control(offerOf(many, "", false)), control(page(many, 0)));
  made.decided(true);
  const open: number[] = [];
  const asked = new Set<number>();
  const take = (effects: ReturnType<Receiver["stored"]>): void => {
    for (const effect of effects) {
      if (effect.type !== "send") continue;
      if (effect.frame.type === "request") open.push(effect.frame.request);
      else if (effect.frame.type === "control" && effect.frame.message.t === "ask-root") asked.add(effect.frame.message.file);
    }
  };
  take(made.prepared(0));
  assert.equal(open.length, 256);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    take(made.receive(0, encode(data(next, 1)), 0));
    take(made.receive(0, encode(ends(next)), 0));
    take(made.stored({ type: "stored", file: next, chunk: 0 }, 0));
    assert.ok(open.length <= 256);
  }
  assert.equal(asked.size, 256);
  take(made.receive(0, encode(control({ t: "root", file: 0, code: "file-changed" })), 0));
  assert.equal(asked.size, 257);
});

test("progress is told at most four times a second", async () => {
  const session = new Session({ a: bytes(20 * CHUNK) });
  await session.open();
  await session.run();
  const told = session.events.receiver.filter((event) => event.type === "progress").length;
  assert.ok(told >= 2 && told <= session.now * 4 + 2, String(told));
});

test("declining without a link is not told to nobody", () => {
  const made = receiver();
  end(made, hello, control(offer), list);
  made.linkLost(0, 0);
  assert.deepEqual(made.decided(false).map((effect) => effect.type), ["end"]);
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

test("there is nothing to see before the offer", () => {
  const made = receiver();
  assert.deepEqual([made.offer, made.entries, made.paths], [null, [], []]);
  end(made, hello, control(offer));
  assert.deepEqual(made.offer, offer);
});

test("a file without a size is empty", () => {
  const empty = [{ path: "a" }];
  const made = receiver();
  end(made, hello, control(offerOf(empty, "", false)), control(page(empty, 0)));
  made.decided(true);
  assert.ok(made.prepared(0).some((effect) => effect.type === "finish"));
  const other = new Sender(offerOf(empty, "", false), empty);
  other.linkUp(0, 0, 65_536);
  assert.equal(end(other, hello, control({ t: "accept", files: 1, bytes: 0 }), request(1, 0)), "protocol");
});

test("what is accepted while there is no link is said on the next", () => {
  const made = receiver();
  end(made, hello, control(offer), list);
  made.decided(true);
  made.linkLost(0, 0);
  assert.deepEqual(made.prepared(0).map((effect) => effect.type), ["event"]);
  made.linkUp(0, 0, 65_536);
  const said = made.receive(0, encode(hello), 0).concat(made.receive(0, encode(control(offer)), 0));
  assert.ok(said.some((effect) => effect.type === "send" && effect.frame.type === "control" && effect.frame.message.t === "accept"));
});

test("faults of the program itself are not taken for the other side's", () => {
  assert.throws(() => sender().receive(0, { length: 1 } as Uint8Array<ArrayBuffer>, 0), TypeError);
  const broken = mock.method(Manifest.prototype, "add", () => {
    throw new TypeError();
  });
  assert.throws(() => end(receiver(), hello, control(offer), list), TypeError);
  broken.mock.restore();
});

test("nothing leads out of the end", () => {
  assert.deepEqual(TRANSITIONS.over, {});
});

/** Chunks of files of `fetching` that it asks for, as file and number. */
function requests(effects: ReturnType<Receiver["stored"]>): readonly (readonly [number, number])[] {
  return effects.flatMap((effect) => (effect.type === "send" && effect.frame.type === "request" ? [[effect.frame.file, effect.frame.chunk] as const] : []));
}

const large: Entry = { path: "large", size: 3 * CHUNK };

function listed(): Receiver {
  const made = receiver();
  const all = [large, { path: "other", size: 1 }];
  assert.equal(end(made, hello, control(offerOf(all, "t", false)), control(page(all, 0))), null);
  made.decided(true);
  return made;
}

test("what an earlier visit kept is not asked for again, and what is not wanted is not asked for", () => {
  const made = listed();
  const hashes = new FileHashes(3 * CHUNK);
  hashes.put(1, new Uint8Array(32).fill(1));
  const effects = made.prepared(0, { hashes: new Map([[0, hashes]]), leftOut: new Set([1]), rewrites: true });
  assert.deepEqual(requests(effects), [[0, 0], [0, 2]]);
  const accepted = effects.find((effect) => effect.type === "send" && effect.frame.type === "control" && effect.frame.message.t === "accept");
  assert.deepEqual((accepted as { frame: { message: object } }).frame.message, { t: "accept", files: 1, bytes: 3 * CHUNK, have: CHUNK });
});

test("what was kept of another content is fetched anew, once", () => {
  const made = listed();
  const hashes = new FileHashes(3 * CHUNK);
  for (const chunk of [0, 1, 2]) hashes.put(chunk, new Uint8Array(32).fill(1));
  made.prepared(0, { hashes: new Map([[0, hashes]]), leftOut: new Set([1]), rewrites: true });
  const again = made.receive(0, encode(control({ t: "root", file: 0, root: root("0") })), 0);
  assert.deepEqual(requests(again), [[0, 0], [0, 1], [0, 2]]);
  for (const chunk of [0, 1, 2]) {
    for (const part of [65_000, 65_000, 65_000, CHUNK - 195_000]) made.receive(0, encode(data(chunk, part)), 0);
    made.receive(0, encode(ends(chunk)), 0);
    made.stored({ type: "stored", file: 0, chunk }, 0);
  }
  const last = made.receive(0, encode(control({ t: "root", file: 0, root: root("0") })), 0);
  assert.ok(last.some((effect) => effect.type === "discard"), "its root still does not match");
});

test("what is preferred is asked for first, before anything is and later", () => {
  const before = listed();
  assert.deepEqual(requests(before.prepared(0, undefined, new Budget(CHUNK), [1])).map(([file]) => file), [1]);
  const made = listed();
  made.prefer([1]);
  assert.deepEqual(requests(made.prepared(0, undefined, new Budget(CHUNK))).map(([file]) => file), [0]);
  made.prefer([1]);
  assert.deepEqual(requests(made.tick(2)).map(([file]) => file), [1, 0]);
});

test("what somebody waits for who looks at a file is asked for next", () => {
  const made = listed();
  made.seek(0, 2 * CHUNK);
  assert.deepEqual(requests(made.prepared(0, undefined, new Budget(CHUNK))), [[0, 0]], "nothing is fetched yet");
  made.seek(0, 2 * CHUNK + 5);
  assert.deepEqual(requests(made.tick(1)), [[0, 2]]);
  assert.deepEqual(requests(made.tick(2)), [[0, 1]]);
});

test("a budget bounds how fast chunks are asked for", () => {
  const made = listed();
  assert.equal(requests(made.prepared(0, undefined, new Budget(CHUNK))).length, 1);
  assert.equal(requests(made.tick(0.5)).length, 0);
  assert.equal(requests(made.tick(1)).length, 1);
  assert.equal(requests(made.tick(0.9)).length, 0, "a clock that jumps back saves nothing");
  assert.equal(requests(made.tick(9)).length, 1, "nor does one that jumps ahead save more than a burst");
});
