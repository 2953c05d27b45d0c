/** One of several senders sends what is not in the file: who that is, and who is asked instead. After tests/unit/pypeer/transfer/test_witness.py. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import { type Bytes, concat, toHex } from "../../src/secure/encoding.ts";
import { NOTHING_HELD } from "../../src/transfer/fetch.ts";
import { offerOf } from "../../src/transfer/manifest.ts";
import { fileRoot } from "../../src/transfer/merkle.ts";
import { Receiver } from "../../src/transfer/receiver.ts";
import { asked, CHUNK, chunk, control, type Effects, FRAME, hello, on, root, types } from "./saying.ts";
import { BAD, dismissed, GOOD, list, offer, reaching, second, send, unrooted } from "./several.ts";

test("one whose chunk does not match its own hash is dropped, and the other asked; alone it may try again", () => {
  const [here] = second("fetching", offer, list());
  on(here, 0, ...chunk(2, 5, BAD));
  const effects = here.stored({ type: "corrupt", file: 2, chunk: 0 }, 1);
  assert.match(dismissed(effects).get(0) ?? "", /not in the file/);
  assert.ok(asked(effects, 1).includes("2/0"));
  const lone = reaching("fetching");
  on(lone, 0, ...chunk(2, 5, BAD));
  assert.ok(asked(lone.stored({ type: "corrupt", file: 2, chunk: 0 }, 1), 0).includes("2/0"));
});

test("two chunks of a liar that come at once accuse it once", () => {
  const [here] = second("fetching", offer, list());
  on(here, 0, ...chunk(1, CHUNK, BAD), ...chunk(2, 5, BAD));
  assert.equal(dismissed(here.stored({ type: "corrupt", file: 1, chunk: 1 }, 1)).size, 1);
  here.linkUp(2, 0, FRAME, 2);
  assert.equal(dismissed(here.stored({ type: "corrupt", file: 2, chunk: 0 }, 1)).size, 0);
});

test("of two that tell two roots the one told first holds, and what the other sends is asked of the first", () => {
  const here = reaching("preparing");
  here.linkUp(1, 0, FRAME, 1);
  on(here, 1, hello, offer, list());
  const requested = here.prepared(0);
  const flights = (effects: Effects, link: number): readonly (readonly [number, number])[] =>
    effects.flatMap((effect) => (effect.type === "send" && effect.link === link && effect.frame.type === "request" && effect.frame.file === 1 ? [[effect.frame.request, effect.frame.chunk]] : []));
  const [[mine, one]] = flights(requested, 0) as [[number, number]];
  const [[theirs, other]] = flights(requested, 1) as [[number, number]];
  const known = fileRoot(concat(GOOD, GOOD), 2 * CHUNK);
  send(here, 0, mine, [1, one], GOOD, known);
  const effects = on(here, 1, ...chunk(theirs, CHUNK, GOOD, BAD));
  assert.match(dismissed(effects).get(1) ?? "", /^It offers something else than the first sender/);
  assert.ok(!types(effects).includes("store"), "nothing of it is stored");
  const [[again, missing]] = flights(effects, 0) as [[number, number]];
  assert.equal(missing, other);
  assert.ok(types(send(here, 0, again, [1, other], GOOD, known)).includes("finish"));
});

test("one that sent all of a file that does not match its root is dropped, and the file fetched from the other", () => {
  const here = unrooted();
  const effects = on(here, 0, control({ t: "root", file: 2, root: root("0") }));
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
      this.here.linkUp(link, 0, FRAME, link);
      on(this.here, link, hello, control(offerOf(entries, "t", false)), list(entries));
    }
    this.here.decided(true);
    this.#note(this.here.prepared(0, { ...NOTHING_HELD, rewrites }));
  }

  /** This sender sends what it was asked for longest ago; whether there was anything. */
  send(link: number): boolean {
    const [next] = this.open.get(link) as Map<number, number>;
    if (next === undefined) return false;
    const [request, number] = next;
    this.open.get(link)?.delete(request);
    this.#note(on(this.here, link, ...chunk(request, CHUNK, this.#hashes[link])));
    this.#note(this.here.stored({ type: "stored", file: 0, chunk: number }, 0));
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
