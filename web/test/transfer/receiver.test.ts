/** A receiver alone: what it takes for an answer, what it loses, and what it does not stand for. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import type { Frame } from "../../src/transfer/frames.ts";
import { Manifest, offerOf } from "../../src/transfer/manifest.ts";
import { Sender } from "../../src/transfer/sender.ts";
import {
  accept, agreed, CHUNK, chunk, control, data, digest, type Effects, end, ends, fetching, FRAME, hello, list, offer, on, receiver, request, root, said, sender, types,
} from "./saying.ts";

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
  "two roots": [...chunk(2, 3, digest(0), digest(1)), ...chunk(1, 1, digest(0), digest(1)), ...chunk(0, CHUNK, digest(0), digest(2))],
};

for (const [what, frames] of Object.entries(answers)) {
  test(`a receiver that gets ${what} ends with a protocol error`, () => assert.equal(end(fetching(), ...frames), "protocol"));
}

test("an offer on a new link must be the same", () => {
  const made = fetching();
  made.linkLost(0, 0);
  made.linkUp(0, 0, FRAME);
  assert.equal(end(made, hello, control({ ...offer, title: "other" })), "protocol");
});

test("what was taken back may still be answered", () => {
  const made = fetching();
  const refused = on(made, 0, control({ t: "refuse", request: 0, code: "file-changed" }));
  const sent = refused.flatMap((effect) => (effect.type === "send" && effect.frame.type === "stop" ? [effect.frame.request] : []));
  assert.deepEqual(sent, [1]);
  assert.deepEqual(on(made, 0, data(1, 1)), []);
  assert.equal(end(made, ends(1)), null);
  assert.equal(end(made, ends(1)), "protocol", "but once");
  const again = fetching();
  end(again, control({ t: "refuse", request: 0, code: "file-changed", message: "it grew" }));
  assert.equal(end(again, control({ t: "refuse", request: 1, code: "file-changed" })), null);
});

test("a root that does not fit loses the file; one that is known is compared", () => {
  const known = fetching({ path: "c", size: 1, root: root("1") });
  const effects = [...on(known, 0, ...chunk(3, 1)), ...known.stored({ type: "stored", file: 3, chunk: 0 }, 0)];
  assert.ok(effects.some((effect) => effect.type === "discard" && effect.file === 3));
  const later = fetching();
  end(later, ...chunk(2, 3));
  assert.ok(said(later.stored({ type: "stored", file: 2, chunk: 0 }, 0)).includes("0 ask-root"));
  const told = on(later, 0, control({ t: "root", file: 2, root: root("a") }));
  assert.ok(told.some((effect) => effect.type === "discard" && effect.file === 2));
});

for (const message of [{ t: "root", file: 2, code: "file-changed" }, { t: "root", file: 2 }] as const) {
  test(`a root that cannot be told loses the file (${JSON.stringify(message)})`, () => {
    const made = fetching();
    end(made, ...chunk(2, 3));
    made.stored({ type: "stored", file: 2, chunk: 0 }, 0);
    const told = on(made, 0, control(message));
    assert.ok(told.some((effect) => effect.type === "event" && effect.event.type === "lost"));
  });
}

test("results for a file that was lost meanwhile change nothing", () => {
  const made = fetching();
  end(made, ...chunk(0, CHUNK), control({ t: "refuse", request: 1, code: "file-changed" }));
  assert.deepEqual(made.stored({ type: "stored", file: 1, chunk: 0 }, 0), []);
  const again = fetching();
  end(again, ...chunk(0, CHUNK), control({ t: "refuse", request: 1, code: "file-changed" }));
  assert.deepEqual(again.stored({ type: "lost", file: 1, chunk: 0, code: "unwritable", message: "" }, 0), []);
});

test("a root that comes after its file was lost changes nothing", () => {
  const made = fetching();
  end(made, ...chunk(2, 3));
  made.stored({ type: "stored", file: 2, chunk: 0 }, 0);
  made.stored({ type: "lost", file: 2, chunk: null, code: "unwritable", message: "" }, 0);
  assert.deepEqual(on(made, 0, control({ t: "root", file: 2, root: root("0") })), []);
});

test("at most 256 requests and as many questions for roots are under way", () => {
  const many = Array.from({ length: 600 }, (_, index): Entry => ({ path: `${index}`, size: 1 }));
  const made = agreed(many);
  const open: number[] = [];
  const asked = new Set<number>();
  const take = (effects: Effects): void => {
    for (const effect of effects) {
      if (effect.type !== "send") continue;
      if (effect.frame.type === "request") open.push(effect.frame.request);
      else if (effect.frame.type === "control" && effect.frame.message.t === "ask-root") asked.add(effect.frame.message.file);
    }
  };
  take(made.prepared(0));
  assert.equal(open.length, 256);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    take(on(made, 0, ...chunk(next, 1)));
    take(made.stored({ type: "stored", file: next, chunk: 0 }, 0));
    assert.ok(open.length <= 256);
  }
  assert.equal(asked.size, 256);
  take(on(made, 0, control({ t: "root", file: 0, code: "file-changed" })));
  assert.equal(asked.size, 257);
});

test("declining without a link is not told to nobody", () => {
  const made = receiver();
  end(made, hello, control(offer), list);
  made.linkLost(0, 0);
  assert.deepEqual(types(made.decided(false)), ["end"]);
});

test("there is nothing to see before the offer", () => {
  const made = receiver();
  assert.deepEqual([made.offer, made.entries, made.paths], [null, [], []]);
  end(made, hello, control(offer));
  assert.deepEqual(made.offer, offer);
});

test("a file without a size is empty", () => {
  const empty = [{ path: "a" }];
  assert.ok(types(agreed(empty).prepared(0)).includes("finish"));
  const other = new Sender(offerOf(empty, "", false), empty);
  other.linkUp(0, 0, FRAME);
  assert.equal(end(other, hello, control({ t: "accept", files: 1, bytes: 0 }), request(1, 0)), "protocol");
});

test("what is accepted while there is no link is said on the next", () => {
  const made = receiver();
  end(made, hello, control(offer), list);
  made.decided(true);
  made.linkLost(0, 0);
  assert.deepEqual(types(made.prepared(0)), ["event"]);
  made.linkUp(0, 0, FRAME);
  assert.ok(said(on(made, 0, hello, control(offer))).includes("0 accept"));
});

test("faults of the program itself are not taken for the other side's", () => {
  assert.throws(() => sender().receive(0, { length: 1 } as Bytes, 0), TypeError);
  const broken = mock.method(Manifest.prototype, "add", () => {
    throw new TypeError();
  });
  assert.throws(() => end(receiver(), hello, control(offer), list), TypeError);
  broken.mock.restore();
});
