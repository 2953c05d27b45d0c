import assert from "node:assert/strict";
import { test } from "node:test";
import { Pulse } from "../../src/signaling/pulse.ts";

/** A connection that begins at 100, with these signs of life. */
function begun(): Pulse {
  const pulse = new Pulse({ speakAfter: 2, goneAfter: 5 });
  pulse.begin(100);
  return pulse;
}

test("who has said nothing for a while has to, and not before", () => {
  const pulse = begun();
  assert.deepEqual([pulse.speaksAt, pulse.hasToSpeak(101.9), pulse.hasToSpeak(102)], [102, false, true]);
  pulse.spoke(102);
  assert.deepEqual([pulse.speaksAt, pulse.hasToSpeak(102)], [104, false]);
  assert.equal(pulse.goneAt, 105, "what is said here says nothing of the other side");
});

test("who is not heard for long enough is gone, and what is heard puts it off", () => {
  const pulse = begun();
  pulse.heard(104);
  assert.deepEqual([pulse.goneAt, pulse.isGone(108.9), pulse.isGone(109)], [109, false, true]);
  assert.equal(pulse.speaksAt, 102, "hearing is no sign of life");
});

test("another rhythm counts from what was said and heard before", () => {
  const pulse = begun();
  pulse.rhythm = { speakAfter: 10, goneAfter: 30 };
  assert.deepEqual([pulse.speaksAt, pulse.goneAt], [110, 130]);
});
