/** The two sessions of the page over links in memory: they move while files flow. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceiveSession } from "../../src/app/receive_session.ts";
import { SendSession } from "../../src/app/send_session.ts";
import type { SessionEvents } from "../../src/app/session.ts";
import { now } from "../../src/timers/clock.ts";
import { offerItems } from "../../src/app/sources.ts";
import { Throttle } from "../../src/app/throttle.ts";
import type { Link } from "../../src/connect/link.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import type { Sink } from "../../src/sinks/sink.ts";
import { pageTimers } from "../../src/timers/timers.ts";
import type { Outcome } from "../../src/transfer/effects.ts";
import { decode } from "../../src/transfer/frames.ts";
import { bytes } from "../transfer/simulation.ts";

const CHUNK = 262_144;
const COUNT = 40;
const content = bytes(COUNT * CHUNK);

/** One end of a link in memory. Frames arrive one at a time, each in a turn of its own. */
class MemoryLink implements Link {
  readonly frameBytes = 65_536;
  buffered = 0;
  isClosed = false;
  /** Chunks that were asked for from this end. */
  readonly asked: number[] = [];
  other: MemoryLink | null = null;
  onAsked: () => void = () => undefined;
  #onFrame: (frame: Bytes) => void = () => undefined;
  #onClose: () => void = () => undefined;

  start(onFrame: (frame: Bytes) => void, onClose: () => void): void {
    this.#onFrame = onFrame;
    this.#onClose = onClose;
  }

  send(data: Bytes): boolean {
    if (this.isClosed) return false;
    const frame = decode(data);
    if (frame?.type === "request") this.asked.push(frame.chunk);
    if (frame?.type === "request") this.onAsked();
    const copy = data.slice(); // it is written over
    setImmediate(() => this.other?.arrive(copy));
    return true;
  }

  async drain(): Promise<boolean> {
    return !this.isClosed;
  }

  async close(): Promise<void> {
    setImmediate(() => this.cut());
  }

  /** Both ends close at once. */
  cut(): void {
    for (const end of [this, this.other]) {
      if (end === null || end.isClosed) continue;
      end.isClosed = true;
      end.#onClose();
    }
  }

  arrive(frame: Bytes): void {
    if (!this.isClosed) this.#onFrame(frame);
  }
}

function linkPair(): readonly [MemoryLink, MemoryLink] {
  const [left, right] = [new MemoryLink(), new MemoryLink()];
  left.other = right;
  right.other = left;
  return [left, right];
}

/** Both sessions; `attach` gives the receiver's end of a new link. */
function pair() {
  const stored = new Uint8Array(content.length);
  const nothing = async (): Promise<void> => undefined;
  const sink: Sink = {
    rewrites: true,
    prepare: nothing,
    write: async (_file, offset, data) => void stored.set(data, offset),
    finish: nothing,
    discard: nothing,
    conclude: nothing,
    abort: nothing,
  };
  const ends = [Promise.withResolvers<Outcome | Error>(), Promise.withResolvers<Outcome | Error>()] as const;
  const events = (end: (typeof ends)[number]): SessionEvents => ({ onEvent: () => undefined, onLost: () => undefined, onEnd: end.resolve });
  const sender = new SendSession(offerItems([{ path: "a", file: new File([content], "a") }]), new Throttle(pageTimers, now), events(ends[0]));
  const receiver: ReceiveSession = new ReceiveSession({ ...events(ends[1]), onDecide: () => receiver.accept(sink) }, pageTimers);
  const attach = (rank: number, alone = false): MemoryLink => {
    const [left, right] = linkPair();
    sender.attach(left, rank, alone);
    receiver.attach(right, rank, alone);
    return right;
  };
  return { stored, attach, ended: Promise.all(ends.map(({ promise }) => promise)) };
}

/** Does this once so many chunks were asked for on a link. */
function after(link: MemoryLink, count: number, action: () => void): void {
  link.onAsked = () => {
    if (link.asked.length === count) setImmediate(action);
  };
}

const outcome = { files: 1, bytes: COUNT * CHUNK, failed: 0 };
const sorted = (...links: readonly MemoryLink[]): readonly number[] => links.flatMap(({ asked }) => asked).toSorted((a, b) => a - b);
const all = Array.from({ length: COUNT }, (_, chunk) => chunk);

test("a session moves to a better link, closes the other, and asks for nothing twice", async (context) => {
  context.mock.method(performance, "now", () => 0); // on a busy machine a link is silent for long enough to seem stalled
  const { stored, attach, ended } = pair();
  const relay = attach(2);
  const direct = Promise.withResolvers<MemoryLink>();
  after(relay, 20, () => direct.resolve(attach(0)));
  assert.deepEqual(await ended, [outcome, outcome]);
  const better = await direct.promise;
  assert.deepEqual(sorted(relay, better), all);
  assert.ok(better.asked.length > 0 && relay.isClosed);
  assert.deepEqual(stored, content);
});

test("it falls back when the better one dies", async () => {
  const { stored, attach, ended } = pair();
  const direct = attach(0);
  const relay = Promise.withResolvers<MemoryLink>();
  after(direct, 20, () => {
    const made = attach(2);
    setImmediate(() => direct.cut());
    relay.resolve(made);
  });
  assert.deepEqual(await ended, [outcome, outcome]);
  assert.ok((await relay.promise).asked.length > 0);
  assert.deepEqual(stored, content);
});

test("a link that is to be alone takes the place of the others", async () => {
  const { stored, attach, ended } = pair();
  const first = attach(0, true);
  after(first, 20, () => void attach(0, true));
  assert.deepEqual(await ended, [outcome, outcome]);
  assert.deepEqual(stored, content);
});
