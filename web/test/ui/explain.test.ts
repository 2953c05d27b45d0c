import assert from "node:assert/strict";
import { test } from "node:test";
import { end, explain, facts, fate } from "../../src/ui/explain.ts";
import { path } from "../../src/ui/texts.ts";
import { noPath, reportFor } from "../reports.ts";

const punched = reportFor({ scope: "internet", way: "punched", local: "198.51.100.7:1", remote: "203.0.113.9:2" });

test("a failure says why and what would help", () => {
  const { what, why, help } = explain(noPath({ here: "blocked", there: "random" }));
  assert.equal(what, "No way to the other side opened.");
  assert.deepEqual(why.map((line) => line.slice(0, 20)), ["The network here lets", "The router (NAT) of t", "This server has no re"].map((line) => line.slice(0, 20)));
  assert.equal(help.length, 3);
});

test("a path that is good enough needs no remedy", () => {
  const { what, why, help } = explain(punched);
  assert.equal(what, path.words.internet);
  assert.equal(why.length, 1);
  assert.deepEqual(help, []);
  assert.deepEqual(explain({ v: 1, outcome: "direct" }), { what: "", why: [], help: [], servers: [] });
});

test("servers that could not help are told, by their code if nothing else is known", () => {
  const relays = [{ relay: "turn:a", code: 486, text: "It is full." }, { relay: "turn:b", code: 508 }];
  assert.deepEqual(explain({ v: 1, outcome: "direct", relays }).servers, ["It is full.", path.trouble({ url: "turn:b", code: "508" })]);
});

test("figures are named, and what is not known is left out", () => {
  assert.deepEqual(facts(punched), [
    [path.way, "UDP hole punching"],
    [path.here, "198.51.100.7:1, seen from outside"],
    [path.there, "203.0.113.9:2, found on the way"],
    [path.rtt, "18 ms"],
    [path.netHere, path.mappings.independent],
    [path.netThere, path.mappings.independent],
    [path.took, "addresses 0.11 s · descriptions 0.18 s · first answer 0.24 s · encryption 0.30 s · open 0.33 s"],
  ]);
  assert.deepEqual(facts({ v: 1, outcome: "teleported" }).map(([, value]) => value), ["teleported", "not measured", "not measured"]);
});

test("pairs are told by their ends and their fate", () => {
  assert.equal(end({ kind: "host", transport: "tcp" }), "hidden, own address, TCP");
  assert.equal(end({ kind: "relay", address: "a:1" }), "a:1, relay");
  const pair = { local: { kind: "host" }, remote: { kind: "host" } } as const;
  assert.equal(fate({ ...pair, state: "succeeded", rtt: 0.0012 }), "works, 1.2 ms");
  assert.equal(fate({ ...pair, state: "in-progress" }), "no answer yet");
});
