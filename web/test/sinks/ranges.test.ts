/** Ranges of bytes, and which files are shown. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOK_BYTES, showingOf } from "../../src/directory/showing.ts";
import { askedRange, type ByteRange, reach, withRange } from "../../src/sinks/ranges.ts";

test("ranges that touch or overlap are one, whatever order they come in", () => {
  const add = (...all: readonly ByteRange[]) => all.reduce<readonly ByteRange[]>(withRange, []);
  assert.deepEqual(add([4, 6], [0, 2]), [[0, 2], [4, 6]]);
  assert.deepEqual(add([4, 6], [0, 2], [2, 4]), [[0, 6]]);
  assert.deepEqual(add([0, 9], [3, 4]), [[0, 9]]);
});

test("reach is up to where all is there", () => {
  const ranges: readonly ByteRange[] = [[0, 4], [6, 9]];
  assert.deepEqual([reach(ranges, 0), reach(ranges, 3), reach(ranges, 4), reach(ranges, 7)], [4, 4, 4, 9]);
});

test("what a browser asks for is understood as the RFC says", () => {
  const asked = (header: string | null, size = 100) => askedRange(header, size);
  assert.deepEqual([asked(null), asked("bytes=-"), asked("lines=1-2"), asked("bytes=1-2,4-5"), asked("bytes=7-3")], ["all", "all", "all", "all", "all"]);
  assert.deepEqual([asked("bytes=0-"), asked("bytes=5-9"), asked("bytes=90-200"), asked("bytes=-10"), asked("bytes=-200")], [[0, 100], [5, 10], [90, 100], [90, 100], [0, 100]]);
  assert.deepEqual([asked("bytes=100-"), asked("bytes=-0"), asked("bytes=-5", 0)], ["none", "none", "none"]);
});

test("pictures, sounds, videos and short texts are shown, and nothing that could act", () => {
  assert.deepEqual(showingOf("a.JPG", 5, true), { kind: "picture", type: "image/jpeg" });
  assert.deepEqual(showingOf("a.flac", 5, false), { kind: "audio", type: "audio/flac" });
  assert.deepEqual(showingOf("a.webm", LOOK_BYTES, false), { kind: "video", type: "video/webm" });
  assert.deepEqual(showingOf("a.html", 5, true), { kind: "text", type: "text/plain" });
  assert.deepEqual(showingOf("a.txt", 0, true), { kind: "text", type: "text/plain" });
  for (const [name, size] of [["a.svg", 5], ["a.png", 0], ["a.pdf", 5], ["a", 5], ["a.mkv", 5]] as const) assert.equal(showingOf(name, size, true), null, name);
  assert.deepEqual(showingOf("a.webm", LOOK_BYTES + 1, true), { kind: "video", type: "video/webm" });
  assert.deepEqual([showingOf("a.webm", LOOK_BYTES + 1, false), showingOf("a.png", LOOK_BYTES + 1, true), showingOf("a.txt", 2 ** 21, true)], ["too-large", "too-large", "too-large"]);
});
