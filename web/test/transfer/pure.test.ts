import assert from "node:assert/strict";
import { leftOut } from "../../src/transfer/choosing.ts";
import { keyOf, noteOf, readNotes, shortHash } from "../../src/transfer/notes.ts";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ControlMessage } from "../../src/gen/peer.ts";
import { isControlMessage, isSealedMessage } from "../../src/gen/validators.js";
import { type Bytes, concat, fromHex, toHex } from "../../src/secure/encoding.ts";
import { Budget } from "../../src/transfer/budget.ts";
import { chunkBytes, chunkCount, chunkLength, chunkStart } from "../../src/transfer/chunks.ts";
import { decode, encode, type Frame, Framer } from "../../src/transfer/frames.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { hashChunk } from "../../src/transfer/hashing.ts";
import { offerOf, preview, sameOffer } from "../../src/transfer/manifest.ts";
import { fileRoot, missingSubtree, zeroHash } from "../../src/transfer/merkle.ts";
import { Mapper, numbered, printable, safeName, show } from "../../src/transfer/names.ts";
import { Rate } from "../../src/transfer/rate.ts";
import { Schedule, Window } from "../../src/transfer/schedule.ts";
import { vectors } from "../vectors.ts";

for (const known of vectors<readonly { size: number; chunk: number; count: number; last: number }[]>("chunks")) {
  test(`${known.size} bytes make ${known.count} chunks`, () => {
    assert.deepEqual([chunkBytes(known.size), chunkCount(known.size)], [known.chunk, known.count]);
    if (known.count > 0) assert.equal(chunkLength(known.size, known.count - 1), known.last);
  });
}

interface Merkle {
  readonly libtorrent: readonly { readonly size: number; readonly root: string }[];
  readonly missing: readonly string[];
  readonly zeros: readonly { readonly size: number; readonly chunk: number; readonly hash: string }[];
  readonly chunks: readonly { readonly size: number; readonly chunk: number; readonly hash: string }[];
}

const merkle = vectors<Merkle>("merkle");

/** The content that the vectors are made over. */
function content(size: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, at) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(at));
    return createHash("sha256").update(number).digest();
  });
  return new Uint8Array(Buffer.concat(blocks).subarray(0, size));
}

async function hashesOf(size: number): Promise<FileHashes> {
  const whole = content(size);
  const hashes = new FileHashes(size);
  for (let chunk = hashes.unknown(); chunk !== null; chunk = hashes.unknown()) {
    const start = chunkStart(size, chunk);
    hashes.put(chunk, await hashChunk(whole.subarray(start, start + chunkLength(size, chunk)), size));
  }
  return hashes;
}

for (const { size, root } of merkle.libtorrent) {
  test(`the root of ${size} bytes is that of libtorrent`, async () => assert.equal(toHex((await hashesOf(size)).root as Bytes), root));
}

for (const { size, chunk, hash } of merkle.chunks) {
  test(`the hash of chunk ${chunk} of ${size} bytes is that of Python`, async () => assert.equal(toHex((await hashesOf(size)).get(chunk) as Bytes), hash));
}

for (const { size, chunk, hash } of merkle.zeros) {
  test(`the hash of zeros in chunk ${chunk} of ${size} bytes is that of Python`, () => assert.equal(toHex(zeroHash(size, chunk)), hash));
}

test("missing subtrees are those of Python", () => {
  merkle.missing.forEach((hash, height) => assert.equal(toHex(missingSubtree(height)), hash));
});

test("hashes are known one by one, the root at the end and for good", () => {
  const hashes = new FileHashes(262_145);
  assert.deepEqual([hashes.get(0), hashes.root, hashes.unknown()], [null, null, 0]);
  hashes.put(0, new Uint8Array(32).fill(1));
  assert.deepEqual([hashes.get(1), hashes.root, hashes.unknown()], [null, null, 1]);
  hashes.put(1, new Uint8Array(32).fill(2));
  const { root } = hashes;
  assert.deepEqual(root, fileRoot(concat(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)), 262_145));
  hashes.put(1, new Uint8Array(32).fill(2));
  assert.equal(hashes.root, root);
  assert.deepEqual([hashes.get(1), hashes.unknown()], [new Uint8Array(32).fill(2), null]);
});

test("chunks whose hashes are not known are told as ranges", () => {
  const hashes = new FileHashes(5 * 262_144);
  assert.deepEqual(hashes.gaps, [[0, 5]]);
  for (const chunk of [1, 2]) hashes.put(chunk, new Uint8Array(32));
  assert.deepEqual(hashes.gaps, [[0, 1], [3, 5]]);
  for (const chunk of [0, 4]) hashes.put(chunk, new Uint8Array(32));
  assert.deepEqual(hashes.gaps, [[3, 4]]);
  hashes.put(3, new Uint8Array(32));
  assert.deepEqual([hashes.gaps, new FileHashes(0).gaps], [[], []]);
});

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

interface Names {
  readonly names: readonly { readonly name: string; readonly safe: string }[];
  readonly trees: readonly { readonly about: string; readonly fold: boolean; readonly paths: readonly string[]; readonly mapped: readonly string[] | null }[];
}

const names = vectors<Names>("names");

for (const { name, safe } of names.names) {
  test(`the safe name of ${JSON.stringify(name.slice(0, 40))}`, () => {
    assert.equal(safeName(name), safe);
    assert.equal(safeName(safe), safe, "unchanged by another pass");
  });
}

for (const { about, fold, paths, mapped } of names.trees) {
  test(`names of a tree: ${about}`, () => {
    const mapper = new Mapper(fold);
    const map = (): readonly string[] => paths.map((path) => mapper.map(path.replace(/\/$/, ""), path.endsWith("/")));
    if (mapped === null) assert.throws(map, { name: "ManifestError" });
    else assert.deepEqual(map(), mapped);
  });
}

test("nested folders that nobody listed are bounded", () => {
  const mapper = new Mapper();
  const deep = (number: number): string => `${number}/${"a/".repeat(2000)}b`;
  assert.throws(() => {
    for (let number = 0; number < 100; number += 1) mapper.map(deep(number), false);
  }, /too many nested folders/);
});

test("names are numbered before their extension, and cut to fit", () => {
  assert.equal(numbered("a.txt", 2), "a (2).txt");
  assert.equal(numbered(".hidden", 2), ".hidden (2)");
  assert.equal(numbered(`${"ü".repeat(200)}.txt`, 12), `${"ü".repeat(123)} (12).txt`);
});

test("text of the other side is shown without what could deceive", () => {
  assert.equal(printable("a\u202eb<c>"), "a_b<c>");
  assert.equal(show("x\u0000"), "'x_'");
  assert.equal(show("x".repeat(300)), `'${"x".repeat(200)}...'`);
});

test("chunks are scheduled in order, what comes back is next, and a dropped file is left out", () => {
  const schedule = new Schedule(new Map([[1, 2], [4, 0], [5, 2]]));
  const take = (): string => {
    const next = schedule.peek();
    if (next === null) return "";
    schedule.take();
    return `${next.file}:${next.chunk}`;
  };
  assert.deepEqual([take(), take(), take()], ["1:0", "1:1", "5:0"]);
  schedule.giveBack({ file: 1, chunk: 0 });
  assert.equal(take(), "1:0");
  schedule.giveBack({ file: 1, chunk: 1 });
  schedule.drop(1);
  schedule.drop(5);
  assert.equal(take(), "");
});

test("where somebody waits comes next, then what follows, then what was before", () => {
  const rest = (schedule: Schedule): string => {
    const taken: string[] = [];
    for (let next = schedule.peek(); next !== null; next = schedule.peek()) {
      schedule.take();
      taken.push(`${next.file}:${next.chunk}`);
    }
    return taken.join(" ");
  };
  const schedule = new Schedule(new Map([[1, 5], [2, 2]]));
  schedule.take();
  schedule.seek(1, 3);
  assert.equal(rest(schedule), "1:3 1:4 1:1 1:2 2:0 2:1");
  const other = new Schedule(new Map([[1, 2], [2, 4]]));
  other.seek(2, 2);
  other.take();
  other.seek(2, 0);
  assert.equal(rest(other), "2:0 2:1 2:3 1:0 1:1");
});

test("in which order chunks are taken is told by the twin", () => {
  interface Step { readonly do: "take" | "back" | "prefer" | "drop"; readonly file: number; readonly files: readonly number[]; readonly chunk: number; readonly says: readonly number[] | null }
  for (const { files: counts, steps } of vectors<readonly { files: number[]; steps: Step[] }[]>("schedule")) {
    const schedule = new Schedule(new Map(counts.entries()));
    for (const { do: what, file, files, chunk, says } of steps) {
      if (what === "prefer") schedule.prefer(files);
      else if (what === "drop") schedule.drop(file);
      else if (what === "back") schedule.giveBack({ file, chunk });
      else {
        const next = schedule.peek();
        assert.deepEqual(next === null ? null : [next.file, next.chunk], says);
        if (next !== null) schedule.take();
      }
    }
  }
});

test("those who share a budget take turns", () => {
  const budget = new Budget(1000);
  assert.deepEqual([budget.spend(100, 0), budget.spend(100, 0), budget.spend(100, 1)], [0.1, 0.2, 0]);
});

test("the window holds 4 MiB, or two chunks if that is more, and 256 requests", () => {
  const window = new Window();
  const MiB = 1024 * 1024;
  for (let chunk = 0; chunk < 16; chunk += 1, window.add(MiB / 4)) assert.ok(window.hasRoom(100 * MiB, chunk, 1));
  assert.ok(!window.hasRoom(100 * MiB, 16, 1));
  assert.ok(window.hasRoom(64 * 1024 * MiB + 1, 0, 1), "a large chunk beside what is outstanding");
  window.remove(MiB / 4);
  assert.ok(window.hasRoom(100 * MiB, 16, 1));
  const many = new Window();
  for (let count = 0; count < 256; count += 1, many.add(1)) assert.ok(many.hasRoom(1, 0, 1));
  assert.ok(!many.hasRoom(1, 0, 1));
});

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

test("a preview shows the sum and the first entries, as many as a sealed body holds", () => {
  const entries = Array.from({ length: 60 }, (_, index) => ({ path: `file ${index}`, size: index }));
  const whole = preview(offerOf(entries, "t", false), entries);
  assert.deepEqual([whole.files, whole.folders, whole.bytes, whole.title, whole.text], [60, 0, 1770, "t", false]);
  assert.deepEqual(whole.entries, entries.slice(0, 50));
  assert.ok(isSealedMessage(JSON.parse(JSON.stringify(whole))));
  assert.ok(sameOffer(whole, offerOf(entries, "t", false)));
  const long = Array.from({ length: 60 }, (_, index) => ({ path: `${index}`.padEnd(1000, "x"), size: 1 }));
  assert.equal(preview(offerOf(long, "t", true), long).entries?.length, 8); // 1,022 bytes each, and a comma
  const { title: _title, ...untitled } = offerOf(entries, "", false);
  assert.equal(preview(untitled, []).title, "");
});

test("notes of kept chunks are read again, and what is no note is left out", () => {
  const key = keyOf({ path: "a/b", size: 3, mtime: null });
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.notEqual(key, keyOf({ path: "a/b", size: 3, mtime: 0 }));
  assert.notEqual(shortHash("a"), shortHash("b"));
  const hash = (fill: number): Bytes => new Uint8Array(32).fill(fill);
  const text = [noteOf(key, 0, hash(1)), "nonsense", noteOf(key, 7, hash(2)), noteOf(key, 0, hash(3)), `${noteOf(key, 1, hash(4))} `, ""].join("\n");
  const notes = readNotes(text);
  assert.deepEqual([...notes.keys()], [key]);
  assert.deepEqual([...(notes.get(key) ?? [])], [[0, hash(3)], [7, hash(2)]]);
});

test("folders are wanted with what is in them", () => {
  const entries = [
    { path: "top", folder: true }, { path: "top/a", folder: true }, { path: "top/a/1" }, { path: "top/a/2" }, { path: "top/b", folder: true },
    { path: "top/b/3" }, { path: "top/empty", folder: true }, { path: "4" },
  ];
  const out = (...chosen: readonly number[]): readonly number[] => [...leftOut(entries, (index) => chosen.includes(index))].sort((a, b) => a - b);
  assert.deepEqual(out(2, 3, 5, 6, 7), []);
  assert.deepEqual(out(3), [2, 4, 5, 6, 7]);
  assert.deepEqual(out(6), [1, 2, 3, 4, 5, 7]);
  assert.deepEqual(out(7), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(out(2, 3), [4, 5, 6, 7]);
});
