/** What one side says to the other, made by hand, and what it hears: for tests of one side alone. */

import assert from "node:assert/strict";
import { PeerError } from "../../src/errors.ts";
import type { ControlMessage, Entry } from "../../src/gen/peer.ts";
import { CHUNK_BYTES } from "../../src/gen/peer_constants.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import type { ReceiverEffect, SenderEffect } from "../../src/transfer/effects.ts";
import { encode, type Frame } from "../../src/transfer/frames.ts";
import { offerOf, page } from "../../src/transfer/manifest.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { Sender } from "../../src/transfer/sender.ts";

export const CHUNK: number = CHUNK_BYTES;

/** Of links in most tests: the default of the contract. */
export const FRAME = 65_536;

export type Effects = readonly (SenderEffect | ReceiverEffect)[];

/** What can be sent, also what no program of ours would send. */
export type Sent = Frame | Bytes;

// What is said

export const control = (message: ControlMessage): Frame => ({ type: "control", message });
export const helloOf = (frame: number, v = 1): Frame => control({ t: "hello", v, client: "test", frame });
export const hello = helloOf(FRAME);
export const request = (number: number, file = 1, chunk = 0): Frame => ({ type: "request", request: number, file, chunk });
export const data = (number: number, size: number): Frame => ({ type: "data", request: number, payload: new Uint8Array(size) });
export const digest = (fill: number): Bytes => new Uint8Array(32).fill(fill);
export const ends = (number: number, hash = digest(0), root: Bytes | null = null): Frame => ({ type: "end", request: number, hash, root });
/** A root of one digit, which is that of no file. */
export const root = (digit: string): string => digit.repeat(64);

/** A chunk in frames that fit, with its end. */
export function chunk(number: number, length: number, hash = digest(0), root: Bytes | null = null): readonly Frame[] {
  const starts = Array.from({ length: Math.ceil(length / FRAME) }, (_, at) => at * FRAME);
  return [...starts.map((start) => data(number, Math.min(FRAME, length - start))), ends(number, hash, root)];
}

// What is heard

/** Says this on a link. */
export function on(party: Sender | Receiver, link: number, ...frames: readonly Sent[]): Effects {
  return frames.flatMap((frame): Effects => party.receive(link, frame instanceof Uint8Array ? frame : encode(frame), 0));
}

/** What was said where, and which links are idle. */
export function said(effects: Effects): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.type === "idle") return [`${effect.link} idle`];
    if (effect.type !== "send") return [];
    return [`${effect.link} ${effect.frame.type === "control" ? effect.frame.message.t : effect.frame.type}`];
  });
}

/** Files and chunks that are asked for, on one link or on any. */
export function asked(effects: Effects, link: number | null = null): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.type !== "send" || effect.frame.type !== "request" || (link ?? effect.link) !== effect.link) return [];
    return [`${effect.frame.file}/${effect.frame.chunk}`];
  });
}

export const types = (effects: Effects): readonly string[] => effects.map(({ type }) => type);

/** How it ended; null if it goes on. */
export function ended(effects: Effects): unknown {
  return effects.find((effect) => effect.type === "end")?.result ?? null;
}

/** Says this on link 0: the code with which it ended then; null if it goes on. */
export function end(party: Sender | Receiver, ...frames: readonly Sent[]): string | null {
  const result = ended(on(party, 0, ...frames));
  return result === null ? null : codeOf(result);
}

export function codeOf(result: unknown): string {
  assert.ok(result instanceof PeerError, String(result));
  return result.code;
}

// One side alone

export const entries: readonly Entry[] = [{ path: "f", folder: true }, { path: "f/a", size: CHUNK + 1 }, { path: "b", size: 3 }];
export const offer = offerOf(entries, "t", false);
export const list = control(page(entries, 0));
export const accept = control({ t: "accept", files: 2, bytes: CHUNK + 4 });

export function sender(): Sender {
  const made = new Sender(offer, entries);
  made.linkUp(0, 0, FRAME);
  return made;
}

export function receiver(): Receiver {
  const made = new Receiver();
  made.linkUp(0, 0, FRAME);
  return made;
}

/** One to which all of this is listed, and whose person wants it. */
export function agreed(all: readonly Entry[]): Receiver {
  const made = receiver();
  assert.equal(end(made, hello, control(offerOf(all, "t", false)), control(page(all, 0))), null);
  made.decided(true);
  return made;
}

/** One that asks for all chunks: those of the first file are requests 0 and 1, that of the second is 2, and so on. */
export function fetching(...more: readonly Entry[]): Receiver {
  const made = agreed([...entries, ...more]);
  made.prepared(0);
  return made;
}
