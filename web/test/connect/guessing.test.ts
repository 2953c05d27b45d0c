import assert from "node:assert/strict";
import { test } from "node:test";
import { type ParsedCandidate, parseCandidate } from "../../src/connect/candidate.ts";
import { guessesAfter } from "../../src/connect/guessing.ts";

const host = "candidate:1 1 udp 1 192.168.1.2 5 typ host ufrag a";
const seen = (port: number, foundation = "2") => `candidate:${foundation} 1 udp 1 203.0.113.1 ${port} typ srflx raddr 192.168.1.2 rport 5 ufrag a`;
const parse = (...texts: readonly string[]) => texts.map(parseCandidate).filter((each) => each !== null);
const places = (found: readonly string[]) => parse(...found).map(({ address, port, kind, predicted }: ParsedCandidate) => [address, port, kind, predicted]);

test("the next ports are named, by the smallest step that was seen", () => {
  const found = places(guessesAfter(parse(host, seen(7000), seen(7006), seen(7002))));
  assert.equal(found.length, 16);
  assert.deepEqual([found[0], found[15]], [["203.0.113.1", 7008, "srflx", true], ["203.0.113.1", 7038, "srflx", true]]);
});

test("the likeliest come first", () => {
  const priorities = guessesAfter(parse(host, seen(7000), seen(7001))).map((text) => Number(text.split(" ")[3]));
  assert.deepEqual(priorities, priorities.toSorted((one, other) => other - one));
});

test("there is no port beyond the last", () => {
  assert.equal(guessesAfter(parse(host, seen(65_530), seen(65_532))).length, 1);
});

test("nothing is guessed of what was seen once, or the same", () => {
  assert.deepEqual([guessesAfter([]), guessesAfter(parse(host, seen(7000))), guessesAfter(parse(host, seen(7000), seen(7000)))], [[], [], []]);
});
