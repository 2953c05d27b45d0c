import assert from "node:assert/strict";
import { test } from "node:test";
import { Rate } from "../../src/transfer/rate.ts";

test("speed is the average of the last seconds, and unknown at first", () => {
  const rate = new Rate();
  rate.add(0, 10);
  assert.deepEqual([rate.speed(9), rate.left(9, 1)], [null, null]);
  rate.start(0, 100);
  rate.add(0.5, 200);
  assert.equal(rate.speed(0.9), null);
  assert.equal(rate.speed(1), 100);
  assert.equal(rate.left(1, 50), 0.5);
  assert.equal(rate.speed(10), 10, "falls while nothing comes");
  rate.stop();
  rate.start(0, 0);
  rate.start(1, 0);
  assert.deepEqual([rate.speed(2), rate.left(2, 5)], [0, null]);
  for (let second = 1; second <= 20; second += 1) rate.add(second, second < 12 ? 0 : (second - 12) * 10);
  assert.equal(rate.speed(20), 10);
  rate.stop();
  assert.equal(rate.speed(30), null);
});

test("speed after a gap still has something to stand on", () => {
  const rate = new Rate();
  rate.start(0, 0);
  rate.add(1, 10);
  rate.add(100, 20);
  assert.equal(rate.speed(100), 10 / 99);
});
