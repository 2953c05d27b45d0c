import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, decimal, duration, list, percent, rate, splitPath, when } from "../../src/ui/format.ts";

test("sizes have three digits at most and never show 1000 of a unit", () => {
  const cases: readonly [number, string][] = [
    [0, "0 bytes"], [1, "1 byte"], [999, "999 bytes"], [1000, "1.0 kB"], [9949, "9.9 kB"], [9950, "10 kB"], [999_499, "999 kB"],
    [999_500, "1.0 MB"], [3_412_000_000, "3.4 GB"], [5e13, "50 TB"], [9e15, "9.0 PB"], [9e18, "9,000 PB"],
  ];
  for (const [number, words] of cases) assert.equal(bytes(number), words);
});

test("rates to choose and figures are rounded to what matters", () => {
  assert.equal(rate(250_000), "250 kB/s");
  assert.equal(rate(20_000_000), "20 MB/s");
  assert.equal(decimal(0.125, 2), "0.13");
  assert.equal(list(["UDP", "TCP", "TLS"]), "UDP, TCP, TLS");
});

test("durations have two units at most and never show 60 of one", () => {
  const cases: readonly [number, string][] = [
    [0, "1 s"], [59.4, "59 s"], [59.6, "1 min"], [83, "1 min 23 s"], [600, "10 min"], [3569, "59 min"], [3575, "1 h"], [4800, "1 h 20 min"],
    [86_399, "24 h"], [86_400, "1 day"], [97_200, "1 day 3 h"], [172_800, "2 days"], [180_000, "2 days 2 h"],
  ];
  for (const [seconds, words] of cases) assert.equal(duration(seconds), words);
});

test("100 percent is shown only when nothing is missing", () => {
  assert.equal(percent(999_999, 1_000_000), 99);
  assert.equal(percent(5, 5), 100);
  assert.equal(percent(6, 5), 100);
  assert.equal(percent(0, 0), 100);
});

test("a path is split behind its last slash", () => {
  assert.deepEqual(splitPath("a/b/c.txt"), { folder: "a/b/", name: "c.txt" });
  assert.deepEqual(splitPath("c.txt"), { folder: "", name: "c.txt" });
});

test("a moment has its day and time of day", () => {
  assert.equal(when(new Date(2026, 4, 17, 14, 5).getTime()).replace("\u202f", " "), "May 17, 2026, 2:05 PM");
});
