import assert from "node:assert/strict";
import { test } from "node:test";
import { familyOf, isGlobal } from "../../src/connect/address.ts";
import { parseCandidate, toReport, ufragOf, withUfrag } from "../../src/connect/candidate.ts";
import { relayServers, stunServers, toRtc } from "../../src/connect/ice_servers.ts";

const HOST = "candidate:842163049 1 udp 2122260223 192.168.1.2 50123 typ host generation 0 ufrag Ab+/ network-id 1";
const HIDDEN = "candidate:1 1 UDP 2122252543 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host";
const SRFLX = "candidate:2 1 udp 1677729535 203.0.113.1 7000 typ srflx raddr 192.168.1.2 rport 50123";
const VEILED = "candidate:2 1 udp 1677729535 2001:db8::1 7000 typ srflx raddr 0.0.0.0 rport 0";
const TCP = "3 1 TCP 1518280447 10.0.0.1 9 typ host tcptype active";

test("a candidate is taken apart", () => {
  assert.deepEqual(parseCandidate(HOST), {
    foundation: "842163049", transport: "udp", address: "192.168.1.2", port: 50123, kind: "host", base: null, ufrag: "Ab+/", predicted: false,
  });
  assert.equal(parseCandidate(SRFLX)?.base, "192.168.1.2:50123");
  assert.equal(parseCandidate(SRFLX.replace(" rport 50123", ""))?.base, null);
  assert.equal(parseCandidate(VEILED)?.base, null);
  assert.deepEqual([parseCandidate(TCP)?.transport, parseCandidate(HIDDEN)?.kind], ["tcp", "host"]);
});

test("what is no candidate of a kind that is known is none", () => {
  for (const text of ["", "candidate:1", HOST.replace("typ host", "typ magic"), HOST.replace("50123", "port")]) assert.equal(parseCandidate(text), null);
});

test("a candidate names its generation, if the browser knows it", () => {
  assert.equal(withUfrag(HOST, "other"), HOST);
  assert.equal(withUfrag(SRFLX, "abcd"), `${SRFLX} ufrag abcd`);
  assert.equal(withUfrag(SRFLX, null), SRFLX);
  assert.equal(ufragOf("v=0\r\na=ice-ufrag:x+y\r\na=ice-pwd:z\r\n"), "x+y");
  assert.equal(ufragOf("v=0\r\n"), null);
});

test("in a report a candidate has its family", () => {
  const reported = [HOST, HIDDEN, VEILED].map((text) => toReport(parseCandidate(text) ?? assert.fail()));
  assert.deepEqual(reported[2], { kind: "srflx", address: "[2001:db8::1]:7000", transport: "udp", family: 6 });
  assert.deepEqual(reported.map(({ family }) => family), [4, 0, 6]);
});

test("addresses are global, or they are not", () => {
  for (const address of ["203.0.113.1", "2001:db8::1", "100.128.0.1", "172.32.0.1"]) assert.ok(isGlobal(address), address);
  for (const address of ["10.1.1.1", "100.64.0.1", "127.0.0.1", "::1", "fe80::1", "fd00::1", "172.16.0.1", "x.local"]) assert.ok(!isGlobal(address), address);
  assert.equal(familyOf("1.2.3"), 0);
});

test("servers are passed on, each once", () => {
  const ice = [{ urls: ["stun:a:1", "stun:a:1", "stuns:b:2"] }, { urls: ["turn:a:1?transport=udp", "turns:a:2"], username: "u", credential: "c" }];
  assert.deepEqual(stunServers(ice), ["stun:a:1", "stuns:b:2"]);
  assert.deepEqual(relayServers(ice), ["turn:a:1?transport=udp", "turns:a:2"]);
  assert.deepEqual(ice.map(toRtc), ice);
  assert.deepEqual(toRtc({ urls: [], username: null, credential: "" }), { urls: [] });
});
