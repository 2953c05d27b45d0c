/** Several senders of the same: which are drawn from, and what becomes of one that leaves or goes wrong. After tests/unit/pypeer/transfer/test_joining.py. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerError } from "../../src/errors.ts";
import type { Entry } from "../../src/gen/peer.ts";
import { offerOf } from "../../src/transfer/manifest.ts";
import type { Receiver } from "../../src/transfer/receiver.ts";
import { asked, control, type Effects, ended, FRAME, hello, helloOf, on, receiver, root, said, types } from "./saying.ts";
import { dismissed, ENTRIES, list, offer, reaching, second, send, unrooted } from "./several.ts";

const GONE = new PeerError("gone", "gone", false);
const cancel = control({ t: "cancel" });
const violation = control({ t: "root", file: 1 });

test("another sender of the same is listed and drawn from, and told how far all is", () => {
  const [here, first] = second("fetching", offer);
  assert.equal(said(first).at(-1), "1 list");
  const effects = on(here, 1, list());
  assert.ok(types(effects).includes("drawn"));
  assert.equal(said(effects)[0], "1 accept");
  assert.ok(asked(effects, 1).length > 0);
  assert.deepEqual(said(here.tick(1)).filter((each) => each.endsWith("progress")), ["0 progress", "1 progress"]);
  here.linkUp(2, 0, FRAME, 1);
  assert.ok(!types(on(here, 2, hello, offer)).includes("drawn"), "it is told once");
});

test("one of another version is left alone", () => {
  const here = reaching("fetching");
  here.linkUp(1, 0, FRAME, 1);
  const effects = on(here, 1, helloOf(FRAME, 2));
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
  here.linkUp(2, 0, FRAME, 1);
  assert.deepEqual(said(on(here, 2, hello, offer)), []);
  assert.deepEqual(said(here.linkLost(1, 0)), ["2 list"]);
  assert.deepEqual(said(here.linkLost(2, 0)), []);
  here.linkUp(3, 0, FRAME, 1);
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
    const both = receiver();
    on(both, 0, hello, offer, list(rooted("1")));
    both.linkUp(1, 0, FRAME, 1);
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
  here.linkUp(2, 0, FRAME, 2);
  on(here, 2, hello, offer);
  here.sourceLost(0, GONE, 1);
  assert.ok(types(on(here, 1, list())).includes("decide"));
});

test("whoever comes next tells what is offered if nobody else is there yet", () => {
  const here = reaching("listing");
  here.expect(1);
  assert.equal(ended(here.sourceLost(0, GONE, 1)), null);
  assert.equal(here.phase, "waiting");
  here.linkUp(1, 0, FRAME, 1);
  assert.equal(said(on(here, 1, hello, offer)).at(-1), "1 list");
  assert.ok(types(on(here, 1, list())).includes("decide"));
});

test("who comes when all is there hears so", () => {
  const here = reaching("fetching");
  for (const [request, place] of [[0, [1, 0]], [1, [1, 1]], [2, [2, 0]]] as const) send(here, 0, request, place);
  const lost = [1, 2].flatMap((file) => types(on(here, 0, control({ t: "root", file, root: root("0") }))));
  assert.ok(lost.includes("conclude"), "these hashes were made up");
  here.linkUp(1, 0, FRAME, 1);
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
  const here = reaching("preparing");
  const all = here.prepared(0);
  assert.deepEqual(asked(all, 0), ["1/0", "1/1", "2/0"]);
  here.linkUp(1, 0, FRAME, 1);
  on(here, 1, hello, offer, list());
  assert.ok(!types(on(here, 0, control({ t: "refuse", request: 2, code: "file-vanished" }))).includes("discard"));
  const lost = here.sourceLost(1, GONE, 1);
  assert.ok(types(lost).includes("discard"), "nobody who is left has it");
  assert.equal(ended(lost), null);
});

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
