import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCandidate } from "../../src/connect/candidate.ts";
import { mappingOf } from "../../src/connect/mapping.ts";

/** `kind address:port`, and where it was gathered from; a foundation of its own for each letter. */
const candidate = (kind: string, address: string, port: number, base = "0.0.0.0:0", foundation = "f", transport = "udp") => {
  const [raddr, rport] = base.split(":");
  const related = kind === "host" ? "" : ` raddr ${raddr} rport ${rport}`;
  return parseCandidate(`candidate:${foundation} 1 ${transport} 1 ${address} ${port} typ ${kind}${related} generation 0`) ?? assert.fail();
};

const B = "192.168.1.2:50000";
const host = candidate("host", "192.168.1.2", 50000);
const hidden = candidate("host", "a.local", 50000);
const outside = (port: number, base = B, foundation = "s") => candidate("srflx", "203.0.113.1", port, base, foundation);
const V = "0.0.0.0:0";

const cases: readonly [string, ReturnType<typeof mappingOf>, Parameters<typeof mappingOf>][] = [
  ["no server was asked", "unknown", [[host], 0]],
  ["one server, one address", "unknown", [[host, outside(7000)], 1]],
  ["two servers, one address", "independent", [[host, outside(7000)], 2]],
  ["two servers, one address, base hidden", "independent", [[hidden, outside(7000, V)], 2]],
  ["two sockets, each with an address", "independent", [[host, outside(7000), outside(8000, "192.168.1.3:50001")], 2]],
  ["two ports far apart", "random", [[host, outside(7000), outside(9000)], 2]],
  ["two ports far apart, base hidden", "random", [[hidden, outside(7000, V), outside(9000, V)], 2]],
  ["two ports close together", "sequential", [[host, outside(7000), outside(7016)], 2]],
  ["a little too far", "random", [[host, outside(7000), outside(7017)], 2]],
  ["two addresses", "random", [[host, outside(7000), candidate("srflx", "203.0.113.2", 7001, B)], 2]],
  ["foundations by server, one socket", "sequential", [[hidden, outside(7000, V, "s"), outside(7001, V, "t")], 2]],
  ["foundations that could mean sockets", "unknown", [[hidden, hidden, outside(7000, V, "s"), outside(7001, V, "t")], 2]],
  ["the address of the host", "none", [[candidate("host", "203.0.113.1", 5000), outside(5000)], 1]],
  ["no answer", "blocked", [[host], 2]],
  ["no answer, nothing at all", "blocked", [[], 1]],
  ["a public host is left alone", "none", [[candidate("host", "203.0.113.1", 5000)], 2]],
  ["a public IPv6 host says nothing of IPv4", "blocked", [[candidate("host", "2001:db8::1", 5000)], 2]],
  ["an answer over IPv6", "unknown", [[host, candidate("srflx", "2001:db8::1", 5000)], 2]],
  ["a relay was reached over UDP", "unknown", [[host, candidate("relay", "203.0.113.9", 5000, "203.0.113.1:1")], 2]],
  ["TCP says nothing", "blocked", [[candidate("host", "203.0.113.1", 9, V, "f", "tcp")], 2]],
];

for (const [what, mapping, [candidates, servers]] of cases) {
  test(`${what}: ${mapping}`, () => assert.equal(mappingOf(candidates, servers), mapping));
}
