import assert from "node:assert/strict";
import { test } from "node:test";
import { type CandidateStats, pathBetween as between, selectedPath as selected, type Stats } from "../../src/connect/path.ts";
import { type Facts, wayOf } from "../../src/connect/ways.ts";
import { vectors } from "../vectors.ts";

const ASKED = { asked: true, guesses: new Set<string>() };
const pathBetween = (local: CandidateStats, remote: CandidateStats) => between(local, remote, ASKED);
const selectedPath = (stats: readonly Stats[]) => selected(stats, ASKED);

test("ways are called as by the twin", () => {
  const cases = vectors<readonly { facts: Facts; way: string }[]>("ways");
  for (const { facts, way } of cases) assert.equal(wayOf(facts), way, JSON.stringify(facts));
  assert.equal(new Set(cases.map(({ way }) => way)).size, 7);
});

const candidate = (candidateType: string, address: string | null, more: Partial<CandidateStats> = {}): CandidateStats => ({
  id: "", type: "", candidateType, address, port: 5000, ...more,
});

const cases: readonly [string, CandidateStats, CandidateStats, string, string][] = [
  ["loopback", candidate("host", "127.0.0.1"), candidate("host", "127.0.0.1"), "machine", "direct"],
  ["loopback of IPv6", candidate("host", "::1"), candidate("prflx", "::1"), "machine", "direct"],
  ["the same address", candidate("host", "192.0.2.1"), candidate("host", "192.0.2.1"), "machine", "direct"],
  ["private addresses", candidate("host", "10.0.0.1"), candidate("prflx", "172.16.3.4"), "network", "direct"],
  ["link-local addresses", candidate("host", "fe80::1"), candidate("host", "fe80::2"), "network", "direct"],
  ["unique local addresses", candidate("host", "fd00:1::1"), candidate("host", "fdff:1::2"), "network", "direct"],
  ["one /64", candidate("host", "2001:db8:1::5"), candidate("host", "2001:db8:1:0:9::7"), "network", "direct"],
  ["different /64", candidate("host", "2001:db8:1:2:3:4:5:6"), candidate("host", "2001:db8:1:3::7"), "internet", "direct"],
  ["NAT there, none here", candidate("host", "2001:db8::1"), candidate("srflx", "198.51.100.7"), "internet", "reversed"],
  ["NAT here, none there", candidate("prflx", "198.51.100.7"), candidate("host", "203.0.113.9"), "internet", "direct"],
  ["public addresses", candidate("srflx", "198.51.100.7"), candidate("srflx", "203.0.113.9"), "internet", "punched"],
  ["a public host", candidate("host", "192.168.0.2"), candidate("host", "203.0.113.9"), "internet", "direct"],
  ["a hidden host", candidate("host", null), candidate("host", ""), "network", "direct"],
  ["a hidden reflexive one", candidate("srflx", null), candidate("host", ""), "internet", "direct"],
  ["a hidden reflexive one there", candidate("host", null), candidate("srflx", null), "internet", "reversed"],
  ["a relay here", candidate("relay", "198.51.100.7", { relayProtocol: "tls" }), candidate("host", "10.0.0.1"), "relay", "turn-tls"],
  ["a relay there", candidate("host", "10.0.0.1"), candidate("relay", "198.51.100.7"), "relay", "turn-udp"],
];

for (const [what, local, remote, scope, way] of cases) {
  test(`${what}: ${scope}, ${way}`, () => {
    const path = pathBetween(local, remote);
    assert.deepEqual([path.scope, path.way], [scope, way]);
  });
}

test("who was asked was dialled back, and a guessed port was predicted", () => {
  const [host, mapped] = [candidate("host", "203.0.113.9"), candidate("srflx", "198.51.100.7")];
  assert.equal(between(mapped, host, { ...ASKED, asked: false }).way, "reversed");
  assert.equal(between(host, mapped, { ...ASKED, guesses: new Set(["198.51.100.7:5000"]) }).way, "predicted");
  assert.equal(between(mapped, host, { ...ASKED, guesses: new Set(["198.51.100.7:5000"]) }).way, "predicted");
});

test("the ends are written as address and port", () => {
  const path = pathBetween(candidate("host", "10.0.0.1"), candidate("host", "fd00::1"));
  assert.deepEqual([path.local, path.remote], ["10.0.0.1:5000", "[fd00::1]:5000"]);
  const { port: _four, ...four } = candidate("host", "10.0.0.1");
  const { port: _six, ...six } = candidate("host", "fd00::1");
  assert.deepEqual([pathBetween(four, six).local, pathBetween(four, six).remote], ["10.0.0.1:0", "[fd00::1]:0"]);
  assert.equal(pathBetween(candidate("host", null), candidate("host", "10.0.0.1")).local, "");
});

const candidates: readonly Stats[] = [
  { ...candidate("host", "10.0.0.1"), id: "L", type: "local-candidate" },
  { ...candidate("host", "10.0.0.2"), id: "R", type: "remote-candidate" },
];
const pair: Stats = { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R" };

test("the selected pair is named by the transport, or marked in itself", () => {
  assert.equal(selectedPath([...candidates, pair, { id: "T", type: "transport", selectedCandidatePairId: "P" }])?.scope, "network");
  assert.equal(selectedPath([...candidates, { ...pair, selected: true }])?.scope, "network");
  assert.equal(selectedPath([...candidates, pair]), null);
  assert.equal(selectedPath([{ ...pair, selected: true }]), null);
});
