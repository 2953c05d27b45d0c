import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { LET_FIRST_S, Letting } from "../../src/connect/letting.ts";

const HOST = "candidate:1 1 udp 2113937151 10.0.0.2 50185 typ host ufrag x";
const OUTSIDE = "candidate:2 1 udp 1677729535 192.0.2.1 50185 typ srflx raddr 0.0.0.0 rport 0 ufrag x";
const ANSWER = `v=0\r\na=ice-ufrag:x\r\na=${OUTSIDE}\r\na=${HOST}\r\na=setup:active\r\n`;

let added: (readonly string[])[] = [];
let due: { readonly seconds: number; readonly then: () => void }[] = [];
let letting: Letting;

beforeEach(() => {
  [added, due] = [[], []];
  const timer = (seconds: number, then: () => void): (() => void) => {
    const one = { seconds, then };
    due.push(one);
    return () => (due = due.filter((each) => each !== one));
  };
  letting = new Letting(timer, (candidates) => added.push(candidates));
});

/** The moment is over. */
function pass(): void {
  for (const { then } of due) then();
}

test("candidates are used as they come, as long as nobody is let first", () => {
  letting.told([OUTSIDE]);
  letting.received(["theirs"]);
  assert.deepEqual([added, due], [[["theirs"]], []]);
  assert.equal(letting.stripped(ANSWER), ANSWER);
});

test("they are kept until this side's address from outside was told, and a moment longer", () => {
  letting.begin();
  letting.received(["first"]);
  letting.told([HOST]);
  assert.deepEqual(due, [], "the other side cannot send to that");
  letting.told([OUTSIDE]);
  letting.told([]);
  letting.received(["second"]);
  assert.deepEqual([added, due.map(({ seconds }) => seconds)], [[], [LET_FIRST_S]]);
  pass();
  letting.received(["third"]);
  assert.deepEqual(added, [["first"], ["second"], ["third"]]);
});

test("a machine without a NAT has told all when its candidates end", () => {
  letting.begin();
  letting.told([HOST]);
  letting.told([]);
  assert.equal(due.length, 1);
});

test("an answer may hold candidates already, which are left out, as they come once more", () => {
  letting.begin();
  assert.equal(letting.stripped(ANSWER), "v=0\r\na=ice-ufrag:x\r\na=setup:active\r\n");
});

test("what belongs to a generation that is past is never used", () => {
  letting.begin();
  letting.received(["past"]);
  letting.told([OUTSIDE]);
  letting.begin();
  assert.deepEqual(due, [], "the moment begins anew");
  letting.received(["present"]);
  letting.told([OUTSIDE]);
  pass();
  assert.deepEqual(added, [["present"]]);
});

test("an offer of the other side ends it at once", () => {
  letting.begin();
  letting.received(["theirs"]);
  letting.told([OUTSIDE]);
  letting.end();
  assert.deepEqual([added, due], [[["theirs"]], []]);
});
