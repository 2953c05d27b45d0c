/** One limit for several who send, changed while they wait. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Throttle } from "../../src/app/throttle.ts";

/** A throttle on a clock that is moved by hand; `sent` has the names of those who may go on, in order. */
function scene() {
  const timers = new Map<() => void, number>();
  const sent: string[] = [];
  let now = 0;
  const timer = (seconds: number, callback: () => void): (() => void) => {
    timers.set(callback, now + seconds);
    return () => void timers.delete(callback);
  };
  const throttle = new Throttle(timer, () => now);
  const send = (name: string, count: number): void => {
    const pause = throttle.spend(count);
    if (pause === null) sent.push(name);
    else void pause.then(() => sent.push(name));
  };
  const until = async (time: number): Promise<void> => {
    now = time;
    for (const [callback, at] of timers) {
      if (at <= now && timers.delete(callback)) callback();
    }
    await new Promise(setImmediate);
  };
  return { throttle, send, until, sent, timers };
}

test("without a limit nobody waits", () => {
  const { send, sent } = scene();
  for (const name of ["a", "b"]) send(name, 1_000_000);
  assert.deepEqual(sent, ["a", "b"]);
});

test("those who share a limit take turns", async () => {
  const { throttle, send, until, sent } = scene();
  throttle.set(1000);
  for (const name of ["a", "b"]) send(name, 1000);
  await until(0.9);
  assert.deepEqual(sent, []);
  await until(1);
  assert.deepEqual(sent, ["a"]);
  await until(2);
  assert.deepEqual(sent, ["a", "b"]);
  await until(3);
  send("c", 200);
  assert.deepEqual(sent, ["a", "b", "c"], "a quarter of a second was saved up");
});

test("who waits goes on as soon as a higher limit allows it", async () => {
  const { throttle, send, until, sent } = scene();
  throttle.set(1000);
  for (const name of ["a", "b"]) send(name, 10_000);
  await until(1);
  throttle.set(9000);
  await until(1.9);
  assert.deepEqual(sent, []);
  await until(2);
  assert.deepEqual(sent, ["a"]);
  await until(3.12);
  assert.deepEqual(sent, ["a", "b"]);
});

test("when the limit is lifted, all go on, and nothing is owed when there is one again", async () => {
  const { throttle, send, until, sent, timers } = scene();
  throttle.set(1);
  for (const name of ["a", "b"]) send(name, 10_000);
  throttle.set(null);
  await until(0);
  assert.deepEqual([sent, timers.size], [["a", "b"], 0]);
  throttle.set(1000);
  send("c", 100);
  await until(0.1);
  assert.deepEqual(sent, ["a", "b", "c"]);
});

test("who waits goes on later when the limit is lowered", async () => {
  const { throttle, send, until, sent } = scene();
  throttle.set(1000);
  send("a", 1000);
  throttle.set(100);
  await until(9);
  assert.deepEqual(sent, []);
  await until(10);
  assert.deepEqual(sent, ["a"]);
});
