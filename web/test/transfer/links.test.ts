/** A session over several links at once: it moves, falls back, loses nothing, and stores nothing twice. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import type { Frame } from "../../src/transfer/frames.ts";
import { offerOf, page } from "../../src/transfer/manifest.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { Sender } from "../../src/transfer/sender.ts";
import { accept, CHUNK, control, data, type Effects, ends, FRAME, hello, on, request, said } from "./saying.ts";
import { bytes, Session } from "./simulation.ts";

const [DIRECT, TURN, WEBSOCKET] = [0, 1, 2] as const;

const entries: readonly Entry[] = [{ path: "a", size: CHUNK + 1 }, { path: "b", size: 3 }];
const offer = control(offerOf(entries, "t", false));
const list = control(page(entries, 0));

/** A receiver with links of these ranks, on each of which the same was offered; it fetches, or its person thinks. */
function receiver(isFetching: boolean, ...ranks: readonly number[]): Receiver {
  const made = new Receiver();
  ranks.forEach((rank, link) => {
    made.linkUp(link, rank, FRAME);
    on(made, link, hello, offer);
    if (link === 0) on(made, link, list);
    if (isFetching && link === 0) {
      made.decided(true);
      made.prepared(0);
    }
  });
  return made;
}

function sender(): Sender {
  const made = new Sender(offerOf(entries, "t", false), entries);
  for (const link of [0, 1]) {
    made.linkUp(link, TURN - link, FRAME);
    on(made, link, hello, accept);
  }
  return made;
}

test("more is asked for on the best link, and what is on its way still arrives", () => {
  const made = receiver(true, TURN, DIRECT);
  assert.deepEqual(said(on(made, 0, data(1, 1), ends(1))), ["1 stop"], "what comes last was asked for here, too");
  assert.deepEqual(said(made.linkLost(0, 1)), ["1 request"], "only what had not come, and was not asked for here");
});

test("equals are used together, and a worse one is idle at once", () => {
  const made = new Receiver();
  [DIRECT, DIRECT, WEBSOCKET].forEach((rank, link) => made.linkUp(link, rank, FRAME));
  assert.deepEqual(said(on(made, 0, hello, offer, list)), ["0 list"]);
  assert.deepEqual(said(on(made, 1, hello, offer)), []);
  assert.deepEqual(said(on(made, 2, hello, offer)), ["2 idle"]);
  made.decided(true);
  assert.deepEqual(said(made.prepared(0)), ["0 accept", "1 accept", "2 accept", "1 request", "0 request", "0 request"]);
  assert.deepEqual(said(made.linkLost(1, 1)), ["0 request"]);
  assert.deepEqual(said(made.tick(2)), ["0 progress"]);
  assert.deepEqual(said(made.pause()), ["0 pause", "2 pause"]);
  assert.deepEqual(said(made.resume(9)), ["0 resume", "2 resume"]);
});

test("the list is asked on one link, and on another if that is lost", () => {
  const made = new Receiver();
  [WEBSOCKET, TURN, DIRECT].forEach((rank, link) => made.linkUp(link, rank, FRAME));
  assert.deepEqual(said(on(made, 0, hello, offer)), ["0 list"]);
  assert.deepEqual(said(on(made, 1, hello, offer)), []);
  assert.deepEqual(said(made.linkLost(0, 0)), ["1 list"]);
  on(made, 2, hello, offer);
  const half = control({ t: "entries", start: 0, entries: entries.slice(0, 1) });
  assert.deepEqual(said(on(made, 1, half)), ["2 list", "1 idle"], "the next page where it comes soonest");
  assert.deepEqual(said(on(made, 1, list)), ["1 cancel", "2 cancel"], "not asked for here");
});

test("a person who thinks may decline on all", () => {
  assert.deepEqual(said(receiver(false, DIRECT, TURN).decided(false)), ["0 decline", "1 decline"]);
});

test("answers belong to the link of their request, and so does taking it back", () => {
  assert.deepEqual(said(on(receiver(true, DIRECT, TURN), 1, data(2, 1))), ["0 cancel", "1 cancel"]);
  const made = receiver(true, TURN, DIRECT);
  const stopped = said(on(made, 0, control({ t: "refuse", request: 0, code: "file-changed" })));
  assert.deepEqual(stopped.toSorted(), ["0 stop", "1 stop"], "there, and where it was asked for again");
});

const pauses = (effects: Effects): readonly unknown[] => effects.flatMap((effect) => (effect.type === "event" && effect.event.type === "paused" ? [effect.event.by] : []));
const [pause, resume] = [control({ t: "pause" }), control({ t: "resume" })];

test("what holds of a pause is what was said on the best link", () => {
  const made = receiver(true, DIRECT, TURN);
  assert.deepEqual(pauses(on(made, 0, pause)), ["them"]);
  assert.deepEqual(pauses(on(made, 0, resume)), [null]);
  assert.deepEqual(pauses(on(made, 1, pause, resume)), [], "overtaken by the resume on the other");
});

test("a pause goes on while links come and go", () => {
  const made = receiver(true, DIRECT, TURN);
  assert.deepEqual(pauses(on(made, 1, pause)), ["them"]);
  made.linkUp(2, DIRECT, FRAME);
  assert.deepEqual(pauses(on(made, 2, hello, offer, pause)), []);
  assert.deepEqual(pauses(made.linkLost(0, 0)), []);
  assert.deepEqual(pauses(on(made, 2, resume)), [null]);
  assert.deepEqual(pauses(made.linkLost(2, 0)), ["them"], "on this one the resume is still to come");
  assert.deepEqual(pauses(on(made, 1, resume)), [null]);
});

test("a sender has a queue for each link, and answers where it was asked", () => {
  const made = sender();
  on(made, 0, request(0, 0));
  on(made, 1, request(0, 0, 1));
  const [slow, fast] = [made.take(0), made.take(1)];
  assert.ok(slow !== null && fast !== null);
  assert.deepEqual([made.take(0), made.take(1), made.take(9)], [null, null, null]);
  const chunk = { data: bytes(1), hash: bytes(32), root: null };
  assert.equal([...made.answer(fast, chunk)].at(-1)?.type, "end");
  made.linkLost(0, 1);
  assert.deepEqual([[...made.answer(slow, chunk)], [...made.answer(fast, chunk)]], [[], []]);
});

test("a pause of the sender holds all links up, and its end wakes those with something to do", () => {
  const made = sender();
  on(made, 0, request(0, 0));
  assert.deepEqual(said(made.pause()), ["0 pause", "1 pause"]);
  assert.equal(made.take(0), null);
  assert.deepEqual(made.resume(0).at(-1), { type: "wake", link: 0 });
});

test("a root is told where it was asked for", () => {
  const made = sender();
  const ask = (file: number): Frame => control({ t: "ask-root", file });
  on(made, 0, ask(0));
  on(made, 1, ask(0), ask(1));
  assert.deepEqual(said(made.rootFound(0, bytes(32))), ["0 root", "1 root"]);
  assert.deepEqual(said(made.rootFound(1, bytes(32))), ["1 root"]);
});

test("pages may have come on other links, but none twice on one", () => {
  const many = Array.from({ length: 2500 }, (_, index): Entry => ({ path: `${index}`, size: 1 }));
  const made = new Sender(offerOf(many, "", false), many);
  made.linkUp(0, DIRECT, FRAME);
  const ask = (start: number): Frame => control({ t: "list", start });
  assert.deepEqual(said(on(made, 0, hello, ask(0), ask(2000))), ["0 offer", "0 entries", "0 entries"]);
  assert.deepEqual(said(on(made, 0, ask(1000))), ["0 cancel"]);
});

/** A sequence that is the same in every run (Park and Miller). */
function chances(seed: number): () => number {
  let state = seed + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const content = { small: bytes(5), big: bytes(20 * CHUNK + 77), empty: bytes(0) };
const total = 20 * CHUNK + 82;

/** Lets links of random ranks open, be slow, and end; `breaks` says whether they break or are closed when idle. */
async function wander(session: Session, chance: () => number, breaks: boolean): Promise<void> {
  await session.add(Math.floor(chance() * 3));
  for (let count = 0; count < 400; count += 1) {
    const links = [...session.wires.keys()];
    if (links.length < 4 && chance() < 0.05) await session.add(Math.floor(chance() * 3), [16_384, FRAME, 262_149][Math.floor(chance() * 3)]);
    if (breaks && chance() < 0.03) await session.drop(links[Math.floor(chance() * links.length)] ?? 0);
    const idle = session.idle.pop();
    if (!breaks && idle !== undefined && chance() < 0.5) await session.drop(idle);
    const link = links[Math.floor(chance() ** 2 * links.length)];
    if (link !== undefined) await session.step(link, chance() < 0.5 ? "sender" : "receiver");
  }
}

test("no move between live links loses or repeats anything", async () => {
  for (let seed = 0; seed < 25; seed += 1) {
    const session = new Session(content);
    await wander(session, chances(seed), false);
    await session.run();
    assert.deepEqual(session.results, { sender: { files: 3, bytes: total, failed: 0 }, receiver: { files: 3, bytes: total, failed: 0 } }, `seed ${seed}`);
    assert.deepEqual(session.files.get("big"), content.big);
    assert.deepEqual([...session.written.values()].filter((count) => count !== 1), [], `seed ${seed}`);
  }
});

test("links may break at any time, and the session goes on over the others", async () => {
  for (let seed = 0; seed < 25; seed += 1) {
    const session = new Session(content);
    await wander(session, chances(seed), true);
    await session.add(DIRECT);
    await session.run();
    assert.deepEqual(session.results.receiver, { files: 3, bytes: total, failed: 0 }, `seed ${seed}`);
    assert.deepEqual(session.files.get("big"), content.big);
  }
});
