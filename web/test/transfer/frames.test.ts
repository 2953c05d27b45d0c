/** Frames and messages, as bytes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlMessage } from "../../src/gen/peer.ts";
import { isControlMessage, isSealedMessage } from "../../src/gen/validators.js";
import { concat, fromHex, toHex } from "../../src/secure/encoding.ts";
import { decode, encode, type Frame, Framer } from "../../src/transfer/frames.ts";
import { vectors } from "../vectors.ts";

interface Frames {
  readonly binary: readonly { readonly name: string; readonly hex: string; readonly frame: Readonly<Record<string, unknown>> }[];
  readonly control: readonly { readonly hex: string; readonly frame: { readonly message: ControlMessage } }[];
  readonly invalid: readonly { readonly name: string; readonly hex: string }[];
}

const frames = vectors<Frames>("frames");

function plain(frame: Frame | null): Record<string, unknown> {
  const fields = Object.entries(frame ?? {}).filter(([, value]) => value !== null);
  return Object.fromEntries(fields.map(([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : value]));
}

for (const { name, hex, frame } of frames.binary) {
  test(`frame: ${name}`, () => {
    const decoded = decode(fromHex(hex));
    assert.deepEqual(plain(decoded), frame);
    assert.equal(toHex(encode(decoded as Frame)), hex);
  });
}

for (const { hex, frame } of frames.control) {
  test(`control frame: ${frame.message.t}`, () => {
    assert.deepEqual(decode(fromHex(hex)), { type: "control", message: frame.message });
    assert.equal(toHex(encode({ type: "control", message: frame.message })), hex);
  });
}

test("a framer makes the same frames, one over the other", () => {
  const framer = new Framer();
  const made = frames.binary.map(({ hex }) => framer.encode(decode(fromHex(hex)) as Frame));
  const again = frames.binary.map(({ hex }) => toHex(framer.encode(decode(fromHex(hex)) as Frame)));
  assert.deepEqual(again, frames.binary.map(({ hex }) => hex));
  assert.equal(made.at(-1)?.buffer, framer.encode({ type: "stop", request: 1 }).buffer);
});

for (const { name, hex } of frames.invalid) test(`no frame: ${name}`, () => assert.equal(decode(fromHex(hex)), null));

test("no frame: a control message that is too long", () => {
  assert.equal(decode(concat(new Uint8Array(1), new Uint8Array(61_441).fill(0x20))), null);
});

interface PeerMessage {
  readonly group: "ControlMessage" | "SealedMessage";
  readonly valid: boolean;
  readonly message: unknown;
}

test("messages of peers are valid where they are in Python", () => {
  const validators = { ControlMessage: isControlMessage, SealedMessage: isSealedMessage };
  for (const { group, valid, message } of vectors<readonly PeerMessage[]>("peer")) {
    assert.equal(validators[group](message), valid, JSON.stringify(message).slice(0, 200));
  }
});
