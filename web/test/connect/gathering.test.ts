import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathering } from "../../src/connect/gathering.ts";
import type { Mapping } from "../../src/gen/peer.ts";

const candidate = (number: number, kind = "host", ufrag = "a") =>
  `candidate:1 1 udp 1 ${kind === "host" ? "192.168.1.2" : "203.0.113.1"} ${number} typ ${kind} raddr 192.168.1.2 rport 5 ufrag ${ufrag}`;

function start(servers: readonly string[]) {
  const sent: string[][] = [];
  const mappings: Mapping[] = [];
  const due: (() => void)[] = [];
  let complete = 0;
  const gathering = new Gathering([{ urls: [...servers] }], (_, callback) => (due.push(callback), () => undefined), {
    onCandidates: (candidates) => sent.push(candidates),
    onComplete: () => (complete += 1),
    onMapping: (mapping) => mappings.push(mapping),
  });
  return { gathering, sent, mappings, pass: () => due.splice(0).forEach((callback) => callback()), complete: () => complete };
}

test("what is found together is sent together, and no message holds too many", () => {
  const { gathering, sent, pass } = start([]);
  for (let number = 1; number <= 70; number += 1) gathering.found(candidate(number), "a");
  assert.equal(sent.length, 0);
  pass();
  assert.deepEqual(sent.map((batch) => batch.length), [64, 6]);
  gathering.found(candidate(71), "a");
  gathering.complete();
  pass();
  assert.deepEqual(sent.slice(2), [[candidate(71)], []]);
  assert.equal(gathering.candidates.length, 71);
});

test("the NAT is judged by the present generation, and told when that is new", () => {
  const { gathering, mappings, complete } = start(["stun:a:1", "stun:b:1"]);
  gathering.found(candidate(5), "a");
  gathering.found(candidate(7000, "srflx"), "a");
  gathering.complete();
  gathering.found(candidate(7000, "srflx", "b"), "b");
  gathering.complete();
  gathering.found(candidate(7000, "srflx", "c"), "c");
  gathering.found(candidate(9000, "srflx", "c"), "c");
  gathering.complete();
  assert.deepEqual(mappings, ["independent", "random"]);
  assert.deepEqual([gathering.mapping, complete()], ["random", 3]);
});

test("the ports that come next are named where they go up, each once", () => {
  const { gathering, sent, pass } = start(["stun:a:1", "stun:b:1"]);
  gathering.found(candidate(5), "a");
  for (const port of [7000, 7001]) gathering.found(candidate(port, "srflx"), "a");
  pass();
  const guesses = sent.find((batch) => batch[0]?.includes("predicted 1"));
  assert.deepEqual([guesses?.length, guesses?.[0]?.includes(" 7002 typ srflx"), guesses?.every((text) => text.endsWith(" ufrag a"))], [16, true, true]);
  gathering.complete();
  assert.equal(sent.flat().filter((text) => text.includes("predicted")).length, 16);
  assert.deepEqual([sent.at(-1), gathering.candidates.length], [[], 19]);
});

test("without servers nothing is known of the NAT, so nothing is told", () => {
  const { gathering, mappings } = start([]);
  gathering.complete();
  assert.deepEqual([mappings, gathering.mapping], [[], "unknown"]);
});

test("where no server has answered after a while UDP seems to be blocked, until one answers", () => {
  const { gathering, mappings, pass } = start(["stun:a:1", "stun:b:1"]);
  gathering.found(candidate(5), "a");
  pass();
  assert.deepEqual(mappings, ["blocked"]);
  gathering.found(candidate(7000, "srflx"), "a");
  gathering.complete();
  assert.deepEqual(mappings, ["blocked", "independent"]);
});

test("the NAT is judged soon, by what is known then", () => {
  const { gathering, mappings, pass } = start(["stun:a:1", "stun:b:1"]);
  gathering.found(candidate(5), "a");
  gathering.found(candidate(7000, "srflx"), "a");
  pass();
  assert.deepEqual(mappings, ["independent"]);
  gathering.found(candidate(7100, "srflx"), "a");
  gathering.complete();
  assert.deepEqual(mappings, ["independent", "random"]);
});
