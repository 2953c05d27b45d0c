/** Several senders of the same: which are drawn from, and what becomes of one that goes wrong. After tests/unit/pypeer/transfer/test_joining.py. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerError } from "../../src/errors.ts";
import type { ControlMessage, Entry } from "../../src/gen/peer.ts";
import type { CommonEffect, ReceiverEffect } from "../../src/transfer/effects.ts";
import { type Bytes, concat, toHex } from "../../src/secure/encoding.ts";
import { encode, type Frame } from "../../src/transfer/frames.ts";
import { NOTHING_HELD } from "../../src/transfer/fetch.ts";
import { FileHashes } from "../../src/transfer/hashes.ts";
import { inBytes } from "../../src/transfer/holes.ts";
import { offerOf } from "../../src/transfer/manifest.ts";
import { fileRoot } from "../../src/transfer/merkle.ts";
import { Receiver } from "../../src/transfer/receiver.ts";

const CHUNK = 262_144;
const ENTRIES: readonly Entry[] = [{ path: "d", folder: true }, { path: "d/a", size: 2 * CHUNK }, { path: "d/b", size: 5 }];
const GONE = new PeerError("gone", "gone", false);
const GOOD = new Uint8Array(32).fill(1);
const BAD = new Uint8Array(32).fill(2);

type Effects = readonly (ReceiverEffect | CommonEffect)[];

const control = (message: ControlMessage): Frame => ({ type: "control", message });
const hello = control({ t: "hello", v: 1, client: "test", frame: 65_536 });
const offer = control(offerOf(ENTRIES, "t", false));
const list = (entries = ENTRIES, start = 0, last = true): Frame => control({ t: "entries", start, entries: [...entries], last });
const cancel = control({ t: "cancel" });
const violation = control({ t: "root", file: 1 });

function on(here: Receiver, link: number, ...frames: readonly Frame[]): Effects {
  return frames.flatMap((frame): Effects => here.receive(link, encode(frame), 0));
}

function said(effects: Effects): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.type !== "send") return [];
    return [`${effect.link} ${effect.frame.type === "control" ? effect.frame.message.t : effect.frame.type}`];
  });
}

function dismissed(effects: Effects): ReadonlyMap<number, string> {
  return new Map(effects.flatMap((effect) => (effect.type === "dismiss" ? [[effect.source, effect.error.message]] : [])));
}

function ended(effects: Effects): unknown {
  return effects.find((effect) => effect.type === "end")?.result ?? null;
}

/** Files and chunks that are asked for, by link. */
function asked(effects: Effects, link: number): readonly string[] {
  return effects.flatMap((effect) => (effect.type === "send" && effect.link === link && effect.frame.type === "request" ? [`${effect.frame.file}/${effect.frame.chunk}`] : []));
}

const types = (effects: Effects): readonly string[] => effects.map(({ type }) => type);

type Till = "waiting" | "listing" | "deciding" | "preparing" | "fetching";

/** A receiver that got this far with its first source. */
function receiver(till: Till): Receiver {
  const here = new Receiver();
  here.linkUp(0, 0, 65_536);
  if (till === "waiting") return here;
  on(here, 0, hello, offer);
  if (till === "listing") return here;
  on(here, 0, list());
  if (till === "deciding") return here;
  here.decided(true);
  if (till === "fetching") here.prepared(0);
  return here;
}

/** The same, and a link to a second source, which says this. */
function second(till: Till, ...frames: readonly Frame[]): readonly [Receiver, Effects] {
  const here = receiver(till);
  here.linkUp(1, 0, 65_536, 1);
  return [here, on(here, 1, hello, ...frames)];
}

/** A chunk of the large file, in parts that fit. */
function parts(request: number, length = CHUNK): readonly Frame[] {
  const starts = Array.from({ length: Math.ceil(length / 60_000) }, (_, at) => at * 60_000);
  return starts.map((start) => ({ type: "data", request, payload: new Uint8Array(Math.min(60_000, length - start)) }));
}

/** Sends a chunk in parts that fit, with this hash, and has it stored. */
function send(here: Receiver, link: number, request: number, place: readonly [file: number, chunk: number], hash = GOOD, root: Bytes | null = null): Effects {
  const effects = on(here, link, ...parts(request, place[0] === 1 ? CHUNK : 5), { type: "end", request, hash, root });
  return [...effects, ...here.stored({ type: "stored", file: place[0], chunk: place[1] }, 1)];
}

test("another sender of the same is listed and drawn from, and told how far all is", () => {
  const [here, first] = second("fetching", offer);
  assert.equal(said(first).at(-1), "1 list");
  const effects = on(here, 1, list());
  assert.ok(types(effects).includes("drawn"));
  assert.equal(said(effects)[0], "1 accept");
  assert.ok(asked(effects, 1).length > 0);
  assert.deepEqual(said(here.tick(1)).filter((each) => each.endsWith("progress")), ["0 progress", "1 progress"]);
  here.linkUp(2, 0, 65_536, 1);
  assert.ok(!types(on(here, 2, hello, offer)).includes("drawn"), "it is told once");
});

test("one of another version is left alone", () => {
  const here = receiver("fetching");
  here.linkUp(1, 0, 65_536, 1);
  const effects = on(here, 1, control({ t: "hello", v: 2, client: "test", frame: 65_536 }));
  assert.match(dismissed(effects).get(1) ?? "", /version 2 there/);
  assert.equal(ended(effects), null);
});

test("another may be known before the first is, and is drawn from only once it is known", () => {
  const [here, effects] = second("listing", offer);
  assert.equal(said(effects).at(-1), "1 list");
  assert.deepEqual(said(on(here, 1, list())), []);
  assert.ok(types(on(here, 0, list())).includes("decide"));
  here.decided(true);
  assert.deepEqual(said(here.prepared(0)).filter((each) => each.endsWith("accept")), ["0 accept", "1 accept"]);
});

test("its list goes on over another link of its own", () => {
  const [here] = second("preparing", offer);
  assert.ok(said(here.prepared(0)).every((each) => each.startsWith("0")));
  assert.deepEqual(said(on(here, 1, list(ENTRIES.slice(0, 1), 0, false))), ["1 list"]);
  here.linkUp(2, 0, 65_536, 1);
  assert.deepEqual(said(on(here, 2, hello, offer)), []);
  assert.deepEqual(said(here.linkLost(1, 0)), ["2 list"]);
  assert.deepEqual(said(here.linkLost(2, 0)), []);
  here.linkUp(3, 0, 65_536, 1);
  assert.deepEqual(said(on(here, 3, hello, offer)), ["3 list"]);
  assert.ok(said(on(here, 3, list(ENTRIES.slice(1), 1))).includes("3 accept"));
});

for (const [name, entry] of [["another name", { path: "d/x", size: 5 }], ["a folder", { path: "d/b", folder: true }]] as const) {
  test(`one that offers something else is left alone, and it is said: ${name}`, () => {
    const [here] = second("fetching", offer);
    const effects = on(here, 1, list([...ENTRIES.slice(0, 2), entry]));
    assert.deepEqual([...dismissed(effects).keys()], [1]);
    assert.equal(ended(effects), null);
  });
}

test("one with other sums, and one with other roots", () => {
  const [here, effects] = second("fetching", control({ t: "offer", files: 9, folders: 0, bytes: 0 }));
  assert.match(dismissed(effects).get(1) ?? "", /^It offers something else than the first sender/);
  assert.equal(said(effects).at(-1), "1 cancel");
  assert.deepEqual(on(here, 1, offer), [], "it is not heeded any more");
  assert.deepEqual(on(here, 1, cancel), [], "nor is its end");
  assert.deepEqual(types(here.linkLost(1, 0)), []);
  const rooted = (root: string): readonly Entry[] => [...ENTRIES.slice(0, 2), { path: "d/b", size: 5, root: root.repeat(64) }];
  for (const [root, isSame] of [["2", false], ["1", true]] as const) {
    const both = new Receiver();
    both.linkUp(0, 0, 65_536);
    on(both, 0, hello, offer, list(rooted("1")));
    both.linkUp(1, 0, 65_536, 1);
    assert.equal(dismissed(on(both, 1, hello, offer, list(rooted(root)))).size, isSame ? 0 : 1);
  }
});

test("what it is called is no matter", () => {
  const [, effects] = second("fetching", control(offerOf(ENTRIES, "another title", false)));
  assert.equal(said(effects).at(-1), "1 list");
});

test("what is no list is the end of its sender only", () => {
  const [here] = second("fetching", offer);
  assert.deepEqual([...dismissed(on(here, 1, list([], 7))).keys()], [1]);
  const [there] = second("fetching", offer, list());
  assert.deepEqual([...dismissed(on(there, 1, list())).keys()], [1], "not asked for");
});

for (const frame of [violation, cancel]) {
  test(`one that breaks the contract or cancels is left alone, and the last one ends it: ${frame === cancel}`, () => {
    const [here] = second("fetching", offer, list());
    const effects = on(here, 1, frame);
    assert.deepEqual([...dismissed(effects).keys()], [1]);
    assert.equal(ended(effects), null);
    assert.ok(ended(on(here, 0, frame)) instanceof PeerError);
  });
}

const leavings: readonly (readonly [string, (here: Receiver) => Effects])[] = [
  ["cancels", (here) => on(here, 0, cancel)],
  ["breaks the contract", (here) => on(here, 0, violation)],
  ["is lost", (here) => here.sourceLost(0, GONE, 1)],
];
for (const [how, leave] of leavings) {
  for (const till of ["deciding", "preparing"] as const) {
    test(`what was listed holds without the first: it ${how} when ${till}`, () => {
      const [here] = second(till, offer, list());
      assert.equal(ended(leave(here)), null);
      assert.equal(ended(here.sourceLost(0, GONE, 1)), null, "once is enough");
      assert.equal(ended(here.sourceLost(1, GONE, 1)), GONE);
    });
  }

  test(`the next tells what is offered when the first ${how} meanwhile`, () => {
    const [here] = second("listing", offer);
    on(here, 1, list(ENTRIES.slice(0, 1), 0, false));
    assert.equal(ended(leave(here)), null);
    assert.ok(types(on(here, 1, list(ENTRIES.slice(1), 1))).includes("decide"));
    const [other] = second("listing", offer, list());
    assert.ok(types(leave(other)).includes("decide"), "its list had come already");
  });
}

test("of several the one that came first goes on telling", () => {
  const [here] = second("listing", offer);
  here.linkUp(2, 0, 65_536, 2);
  on(here, 2, hello, offer);
  here.sourceLost(0, GONE, 1);
  assert.ok(types(on(here, 1, list())).includes("decide"));
});

test("whoever comes next tells what is offered if nobody else is there yet", () => {
  const here = receiver("listing");
  here.expect(1);
  assert.equal(ended(here.sourceLost(0, GONE, 1)), null);
  assert.equal(here.phase, "waiting");
  here.linkUp(1, 0, 65_536, 1);
  assert.equal(said(on(here, 1, hello, offer)).at(-1), "1 list");
  assert.ok(types(on(here, 1, list())).includes("decide"));
});

test("who comes when all is there hears so", () => {
  const here = receiver("fetching");
  for (const [request, place] of [[0, [1, 0]], [1, [1, 1]], [2, [2, 0]]] as const) send(here, 0, request, place);
  const lost = [1, 2].flatMap((file) => types(on(here, 0, control({ t: "root", file, root: "0".repeat(64) }))));
  assert.ok(lost.includes("conclude"), "these hashes were made up");
  here.linkUp(1, 0, 65_536, 1);
  on(here, 1, hello, offer);
  assert.ok(said(here.stored({ type: "concluded" }, 1)).includes("1 cancel"));
});

test("what was awaited from a sender that is lost is awaited from the others", () => {
  const [here] = second("fetching", offer);
  const joined = on(here, 1, list());
  const lost = here.sourceLost(0, GONE, 1);
  assert.deepEqual([...asked(joined, 1), ...asked(lost, 1)].toSorted(), ["1/0", "1/1", "2/0"]);
});

test("one that pauses is not asked while another is", () => {
  const [here] = second("preparing", offer, list());
  on(here, 0, control({ t: "pause" }));
  assert.equal(here.isPaused, false);
  const effects = here.prepared(0);
  assert.deepEqual([asked(effects, 0).length, asked(effects, 1).length > 0], [0, true]);
  on(here, 1, control({ t: "pause" }));
  assert.equal(here.isPaused, true);
  on(here, 1, control({ t: "resume" }));
  assert.equal(here.isPaused, false);
});

test("a file that one has no more comes from the other, and is lost when nobody has it", () => {
  const here = receiver("preparing");
  const all = here.prepared(0);
  assert.deepEqual(asked(all, 0), ["1/0", "1/1", "2/0"]);
  here.linkUp(1, 0, 65_536, 1);
  on(here, 1, hello, offer, list());
  assert.ok(!types(on(here, 0, control({ t: "refuse", request: 2, code: "file-vanished" }))).includes("discard"));
  const lost = here.sourceLost(1, GONE, 1);
  assert.ok(types(lost).includes("discard"), "nobody who is left has it");
  assert.equal(ended(lost), null);
});

/** Two senders, of which the first has sent all of the small file, whose root nobody has told yet. */
function unrooted(): Receiver {
  const here = receiver("fetching");
  send(here, 0, 2, [2, 0]);
  here.linkUp(1, 0, 65_536, 1);
  on(here, 1, hello, offer, list());
  return here;
}

test("a root that one cannot tell is asked of the other", () => {
  const here = unrooted();
  const effects = on(here, 0, control({ t: "root", file: 2, code: "file-changed" }));
  assert.ok(said(effects).includes("1 ask-root"));
  assert.ok(types(on(here, 1, control({ t: "root", file: 2, code: "file-changed" }))).includes("discard"), "nobody is left");
});

test("a root is awaited elsewhere when who was asked for it leaves, or waits until somebody may be asked", () => {
  assert.ok(said(unrooted().sourceLost(0, GONE, 1)).includes("1 ask-root"));
  const here = unrooted();
  on(here, 1, control({ t: "pause" }));
  assert.ok(!said(on(here, 0, control({ t: "root", file: 2, code: "file-changed" }))).includes("1 ask-root"));
  assert.ok(said(on(here, 1, control({ t: "resume" }))).includes("1 ask-root"));
});

test("a source that is lost after the end changes nothing", () => {
  const [here] = second("waiting");
  here.cancel("cancelled", "");
  assert.deepEqual(here.sourceLost(1, GONE, 1), []);
});

// Who lied

test("one whose chunk does not match its own hash is dropped, and the other asked; alone it may try again", () => {
  const [here] = second("fetching", offer, list());
  on(here, 0, { type: "data", request: 2, payload: new Uint8Array(5) }, { type: "end", request: 2, hash: BAD, root: null });
  const effects = here.stored({ type: "corrupt", file: 2, chunk: 0 }, 1);
  assert.match(dismissed(effects).get(0) ?? "", /not in the file/);
  assert.ok(asked(effects, 1).includes("2/0"));
  const lone = receiver("fetching");
  on(lone, 0, { type: "data", request: 2, payload: new Uint8Array(5) }, { type: "end", request: 2, hash: BAD, root: null });
  assert.ok(asked(lone.stored({ type: "corrupt", file: 2, chunk: 0 }, 1), 0).includes("2/0"));
});

test("two chunks of a liar that come at once accuse it once", () => {
  const [here] = second("fetching", offer, list());
  for (const request of [1, 2]) {
    const length = request === 1 ? CHUNK : 5;
    for (let at = 0; at < length; at += 60_000) on(here, 0, { type: "data", request, payload: new Uint8Array(Math.min(60_000, length - at)) });
    on(here, 0, { type: "end", request, hash: BAD, root: null });
  }
  assert.equal(dismissed(here.stored({ type: "corrupt", file: 1, chunk: 1 }, 1)).size, 1);
  here.linkUp(2, 0, 65_536, 2);
  assert.equal(dismissed(here.stored({ type: "corrupt", file: 2, chunk: 0 }, 1)).size, 0);
});

test("of two that tell two roots the one told first holds, and what the other sends is asked of the first", () => {
  const here = receiver("preparing");
  here.linkUp(1, 0, 65_536, 1);
  on(here, 1, hello, offer, list());
  const requested = here.prepared(0);
  const flights = (effects: Effects, link: number): readonly (readonly [number, number])[] =>
    effects.flatMap((effect) => (effect.type === "send" && effect.link === link && effect.frame.type === "request" && effect.frame.file === 1 ? [[effect.frame.request, effect.frame.chunk]] : []));
  const [[mine, one]] = flights(requested, 0) as [[number, number]];
  const [[theirs, other]] = flights(requested, 1) as [[number, number]];
  const root = fileRoot(concat(GOOD, GOOD), 2 * CHUNK);
  send(here, 0, mine, [1, one], GOOD, root);
  const effects = on(here, 1, ...parts(theirs), { type: "end", request: theirs, hash: GOOD, root: BAD });
  assert.match(dismissed(effects).get(1) ?? "", /^It offers something else than the first sender/);
  assert.ok(!types(effects).includes("store"), "nothing of it is stored");
  const [[again, chunk]] = flights(effects, 0) as [[number, number]];
  assert.equal(chunk, other);
  assert.ok(types(send(here, 0, again, [1, other], GOOD, root)).includes("finish"));
});

test("one that sent all of a file that does not match its root is dropped, and the file fetched from the other", () => {
  const here = unrooted();
  const effects = on(here, 0, control({ t: "root", file: 2, root: "0".repeat(64) }));
  assert.deepEqual([...dismissed(effects).keys()], [0]);
  assert.ok(asked(effects, 1).includes("2/0"));
});

/** Two senders of one file of three chunks, whose root is that of GOOD ones; each answers what it is asked with hashes of its own. */
class Two {
  readonly here = new Receiver();
  readonly open = new Map<number, Map<number, number>>([[0, new Map()], [1, new Map()]]);
  readonly dismissed = new Set<number>();
  readonly types: string[] = [];
  readonly #hashes: readonly Bytes[];

  constructor(hashes: readonly Bytes[], rewrites = true) {
    this.#hashes = hashes;
    const entries: readonly Entry[] = [{ path: "a", size: 3 * CHUNK, root: toHex(fileRoot(concat(GOOD, GOOD, GOOD), 3 * CHUNK)) }];
    for (const link of [0, 1]) {
      this.here.linkUp(link, 0, 65_536, link);
      on(this.here, link, hello, control(offerOf(entries, "t", false)), list(entries));
    }
    this.here.decided(true);
    this.#note(this.here.prepared(0, { ...NOTHING_HELD, rewrites }));
  }

  /** This sender sends what it was asked for longest ago; whether there was anything. */
  send(link: number): boolean {
    const [next] = this.open.get(link) as Map<number, number>;
    if (next === undefined) return false;
    const [request, chunk] = next;
    this.open.get(link)?.delete(request);
    for (let at = 0; at < CHUNK; at += 60_000) this.#note(on(this.here, link, { type: "data", request, payload: new Uint8Array(Math.min(60_000, CHUNK - at)) }));
    this.#note(on(this.here, link, { type: "end", request, hash: this.#hashes[link] as Bytes, root: null }));
    this.#note(this.here.stored({ type: "stored", file: 0, chunk }, 0));
    return true;
  }

  #note(effects: Effects): void {
    for (const effect of effects) {
      this.types.push(effect.type);
      if (effect.type === "dismiss") this.dismissed.add(effect.source);
      if (effect.type === "finish") this.#note(this.here.stored({ type: "finished", file: 0 }, 0));
      if (effect.type !== "send") continue;
      const { link, frame } = effect;
      if (frame.type === "request") this.open.get(link)?.set(frame.request, frame.chunk);
      if (frame.type === "stop") this.open.get(link)?.delete(frame.request);
    }
  }
}

for (const liar of [0, 1]) {
  test(`who sent something else is found out by fetching once more from one alone: ${liar}`, () => {
    const two = new Two(liar === 0 ? [BAD, GOOD] : [GOOD, BAD]);
    assert.ok(two.send(0) && two.send(1));
    while (two.send(0) || two.send(1));
    assert.deepEqual([...two.dismissed], [liar]);
    assert.ok(two.types.includes("finish"));
    assert.ok(!two.types.includes("discard"));
  });
}

test("what has left for a download is not fetched once more: the file is lost, and nobody is blamed", () => {
  const two = new Two([BAD, GOOD], false);
  assert.ok(two.send(0) && two.send(1));
  while (two.send(0) || two.send(1));
  assert.deepEqual([...two.dismissed], []);
  assert.ok(two.types.includes("discard"));
});

// What is known to be zero

const SPARSE = 3 * CHUNK + 5;

/** A receiver of one file whose middle is said to be zero; what it asks for then. */
function sparse(holes: readonly number[], hashes = new Map<number, FileHashes>()): readonly [Receiver, Effects] {
  const entries: readonly Entry[] = [{ path: "a", size: SPARSE, holes: [...holes] }];
  const here = new Receiver();
  here.linkUp(0, 0, 65_536);
  const listed = on(here, 0, hello, control(offerOf(entries, "t", false)), list(entries));
  if (ended(listed) !== null) return [here, listed];
  here.decided(true);
  return [here, here.prepared(0, { ...NOTHING_HELD, hashes })];
}

test("what is said to be zero counts as received, and is not asked for", () => {
  const [, effects] = sparse([1, 3]);
  assert.deepEqual(asked(effects, 0), ["0/0", "0/3"]);
  const [, all] = sparse([0, 4]);
  assert.deepEqual(said(all), ["0 accept", "0 ask-root"]);
  const kept = new FileHashes(SPARSE);
  kept.put(2, GOOD);
  assert.deepEqual(asked(sparse([1, 3], new Map([[0, kept]]))[1], 0), ["0/0", "0/1", "0/3"], "who has looked knows better");
});

test("what was not zero after all is asked for", () => {
  const [here] = sparse([0, 4]);
  const effects = on(here, 0, control({ t: "root", file: 0, root: "0".repeat(64) }));
  assert.deepEqual(asked(effects, 0), ["0/0", "0/1", "0/2", "0/3"]);
});

for (const holes of [[1], [2, 1], [1, 1], [1, 5], [0, 1, 1, 2]]) {
  test(`holes that cannot be end it: ${holes}`, () => assert.match(String(ended(sparse(holes)[1])), /holes/));
}

test("holes in bytes end with the file", () => assert.deepEqual(inBytes([[0, 1], [3, 4]], SPARSE), [[0, CHUNK], [3 * CHUNK, SPARSE]]));
