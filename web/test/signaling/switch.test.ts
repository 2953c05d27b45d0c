import assert from "node:assert/strict";
import { test } from "node:test";
import { type PairEnd, Switchboard } from "../../src/signaling/switch.ts";

function pair(id: string): PairEnd & { readonly log: string[] } {
  const log: string[] = [];
  return { id, log, signaled: (body) => void log.push(body), left: (reason) => void log.push(`left ${reason}`), forgotten: () => void log.push("forgotten") };
}

const signaled = (id: string, body: string) => ({ t: "signaled", seq: 1, pair: id, body }) as const;
const left = (id: string) => ({ t: "left", seq: 1, pair: id, reason: "done" }) as const;

test("each pair gets its own, until it is over", () => {
  const board = new Switchboard();
  const [one, two] = [pair("1"), pair("2")];
  board.adopt(one);
  board.adopt(two);
  board.route(signaled("1", "a"));
  board.route(signaled("2", "b"));
  board.route(left("1"));
  board.route(signaled("1", "late"));
  assert.deepEqual([one.log, two.log], [["a", "left done"], ["b"]]);
});

test("what comes before the pair is known is kept, within bounds", () => {
  const board = new Switchboard();
  for (let number = 0; number < 20; number += 1) board.route(signaled("1", String(number)));
  const one = pair("1");
  board.adopt(one);
  assert.equal(one.log.length, 16);
  for (let number = 2; number <= 18; number += 1) board.route(signaled(String(number), "early"));
  const [oldest, newest] = [pair("2"), pair("18")];
  board.adopt(oldest);
  board.adopt(newest);
  assert.deepEqual([oldest.log, newest.log], [[], ["early"]]);
});

test("a pair may end before it is known", () => {
  const board = new Switchboard();
  board.route(signaled("1", "refusal"));
  board.route({ t: "left", seq: 2, pair: "1" });
  const one = pair("1");
  board.adopt(one);
  assert.deepEqual(one.log, ["refusal", "left "]);
});

test("a lost session ends all pairs, and what was early", () => {
  const board = new Switchboard();
  const one = pair("1");
  board.adopt(one);
  board.route(signaled("2", "early"));
  board.loseAll();
  board.route(signaled("1", "late"));
  const two = pair("2");
  board.adopt(two);
  assert.deepEqual([one.log, two.log], [["forgotten"], []]);
});

test("a pair that was dropped gets nothing more", () => {
  const board = new Switchboard();
  const one = pair("1");
  board.adopt(one);
  board.drop("1");
  board.route(signaled("1", "late"));
  board.loseAll();
  assert.deepEqual(one.log, []);
});
