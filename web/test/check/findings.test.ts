import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../../src/check/evidence.ts";
import { type Findings, findingsOf } from "../../src/check/findings.ts";
import { advice, outlook, prospects, rungs } from "../../src/check/prospects.ts";
import { parseCandidate } from "../../src/connect/candidate.ts";
import { foundRows, verdictOf } from "../../src/ui/check_words.ts";
import { places } from "../reports.ts";

const candidate = (kind: string, address: string, port = 5000, transport = "udp") =>
  parseCandidate(`candidate:f 1 ${transport} 1 ${address} ${port} typ ${kind} raddr 192.168.1.2 rport 5000`) ?? assert.fail();

const hidden = candidate("host", "3f1c.local");
const local = candidate("host", "192.168.1.2");
const base: Evidence = { isOnline: true, candidates: [hidden], stun: [], relays: [], relayed: [] };
const STUN = ["stun:a:3478", "stun:b:3478"];

const found = (more: Partial<Evidence>): Findings => findingsOf({ ...base, ...more });
const some = (findings: Findings, ...names: readonly (keyof Findings)[]) => names.map((name) => findings[name]);

test("on the machine of the server nothing is measured, and that is said", () => {
  const findings = found({});
  assert.deepEqual(some(findings, "udp", "mapping", "ipv4", "ipv6", "relay", "servers"), ["unknown", "unknown", "unknown", "unknown", "none", 0]);
  assert.deepEqual(advice(findings), ["not-measured"]);
  assert.deepEqual(Object.fromEntries(prospects(findings)), { "same-network": "direct", public: "unknown", home: "unknown", varying: "unknown", blocked: "none" });
});

test("a home router is a good one", () => {
  const findings = found({ stun: STUN, candidates: [hidden, candidate("srflx", "203.0.113.1", 7000)] });
  assert.deepEqual(some(findings, "udp", "mapping", "ipv4", "ipv6", "isHidden"), ["yes", "independent", "yes", "unknown", true]);
  assert.deepEqual(findings.outside, ["203.0.113.1"]);
  assert.deepEqual(advice(findings), ["nothing"]);
  assert.deepEqual(Object.fromEntries(prospects(findings)), { "same-network": "direct", public: "direct", home: "direct", varying: "maybe", blocked: "none" });
});

test("one server is too few to tell what a router does", () => {
  const findings = found({ stun: ["stun:a:3478"], candidates: [hidden, candidate("srflx", "203.0.113.1", 7000)] });
  assert.deepEqual([findings.mapping, findings.udp, advice(findings)], ["unknown", "yes", ["not-measured"]]);
});

test("a router that varies leaves some out, unless there is a relay", () => {
  const candidates = [local, candidate("srflx", "203.0.113.1", 7000), candidate("srflx", "203.0.113.1", 9000)];
  const alone = found({ stun: STUN, candidates });
  assert.deepEqual(advice(alone), ["varies", "no-relay"]);
  assert.deepEqual(Object.fromEntries(prospects(alone)), { "same-network": "direct", public: "direct", home: "maybe", varying: "none", blocked: "none" });
  const helped = found({ stun: STUN, candidates, relays: ["turn:r:3478"], relayed: ["udp"] });
  assert.deepEqual(advice(helped), ["varies"]);
  assert.deepEqual(Object.fromEntries(prospects(helped))["varying"], "relay");
  assert.deepEqual(advice({ ...alone, mapping: "sequential", relay: "works" }), ["varies"]);
});

test("a firewall that blocks UDP is told from a server that was not asked", () => {
  assert.deepEqual(some(found({ stun: STUN, candidates: [local] }), "udp", "mapping", "ipv4", "ipv6"), ["no", "blocked", "unknown", "no"]);
  assert.equal(found({ relays: ["turn:r:3478?transport=udp"] }).udp, "no");
  assert.equal(found({ relays: ["turn:r:3478?transport=tcp", "turns:r:443"] }).udp, "unknown");
  assert.equal(found({ relays: ["turn:r:3478"], relayed: ["udp"] }).udp, "yes");
  assert.equal(found({ stun: STUN, candidates: [] }).udp, "unknown");
  const tls = found({ stun: STUN, candidates: [local], relays: ["turns:r:443"], relayed: ["tls"] });
  assert.deepEqual(advice(tls), ["udp-blocked"]);
  assert.deepEqual(prospects(tls).map(([, prospect]) => prospect), ["direct", "relay", "relay", "relay", "relay"]);
});

test("families of addresses are seen, missing, or hidden", () => {
  const six = candidate("host", "2001:db8::5");
  assert.deepEqual(some(found({ candidates: [local, six] }), "ipv4", "ipv6", "isHidden"), ["unknown", "yes", false]);
  assert.deepEqual(some(found({ candidates: [six] }), "ipv4", "ipv6"), ["no", "yes"]);
  assert.deepEqual(some(found({ candidates: [hidden, candidate("srflx", "2001:db8::5")], stun: STUN }), "ipv4", "ipv6"), ["no", "yes"]);
  assert.deepEqual(some(found({ candidates: [] }), "ipv4", "ipv6", "hasAddresses"), ["unknown", "unknown", false]);
  assert.equal(found({ candidates: [candidate("host", "203.0.113.5")] }).ipv4, "yes");
});

test("a browser that names nothing has only relays, and not even those", () => {
  const findings = found({ candidates: [], isOnline: false, stun: STUN });
  assert.deepEqual(advice(findings), ["server-away", "webrtc-blocked", "no-relay"]);
  assert.deepEqual(new Set(prospects(findings).map(([, prospect]) => prospect)), new Set(["none"]));
  assert.deepEqual(rungs(findings).map(([, state]) => state), ["no", "no", "no", "off", "off", "off"]);
  assert.deepEqual(outlook(findings), { toInternet: "closed", toOthers: "closed", toServer: "closed" });
});

test("rungs stand as the findings say", () => {
  const findings = found({ stun: STUN, candidates: [hidden, candidate("srflx", "203.0.113.1", 7000)], relays: ["turn:r:1", "turn:r:1?transport=tcp", "turns:r:2"], relayed: ["udp", "tls"] });
  assert.deepEqual(Object.fromEntries(rungs(findings)), { "same-network": "yes", ipv6: "unknown", punched: "yes", "turn-udp": "yes", "turn-tcp": "no", "turn-tls": "yes" });
  assert.deepEqual(outlook(findings), { toInternet: "open", toOthers: "open", toServer: "open" });
  assert.deepEqual(advice({ ...findings, relay: "failed", relayed: [] }), ["relay-failed"]);
});

test("everything that can be found has words", () => {
  for (const [place, findings] of Object.entries(places)) {
    assert.ok(Object.values(verdictOf(findings)).every((words) => words !== ""), place);
    for (const [name, words] of foundRows(findings)) assert.ok(name !== "" && words !== "", place);
  }
  const rows = (place: string) => foundRows(places[place] ?? assert.fail()).map(([, words, tone]) => `${tone}: ${words}`);
  assert.ok(rows("home").includes("good: can be reached over UDP, TLS"));
  assert.ok(rows("blocked").some((row) => row.startsWith("bad: this server names one")));
  assert.ok(rows("mute").includes("bad: none are named"));
  assert.ok(rows("public").includes("good: named to people you connect to"));
});
