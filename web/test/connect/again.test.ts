import assert from "node:assert/strict";
import { test } from "node:test";
import { isWorthAgain } from "../../src/connect/again.ts";
import type { ConnectionReport, Mapping } from "../../src/gen/peer.ts";

const BROWSER = "v=0\r\na=sctp-port:5000\r\n";
const PYTHON = `${BROWSER}a=sctp-init:AQAAEg==\r\n`;

function report(here: Mapping, there: Mapping, scope: ConnectionReport["scope"] = "relay"): ConnectionReport {
  return { v: 1, outcome: "turn-udp", scope, networks: { here, there } };
}

test("whoever answered offers once more, where an early check may have spoilt a direct path", () => {
  assert.equal(isWorthAgain("B", report("independent", "independent"), BROWSER), true);
  assert.equal(isWorthAgain("B", report("none", "independent"), BROWSER), true, "a firewall here");
  assert.equal(isWorthAgain("A", report("independent", "independent"), BROWSER), false, "A has offered already");
});

test("nobody does where it would be in vain", () => {
  assert.equal(isWorthAgain("B", report("independent", "independent", "internet"), BROWSER), false, "it is direct");
  assert.equal(isWorthAgain("B", report("none", "none"), BROWSER), false, "no router gives ports away");
  assert.equal(isWorthAgain("B", report("independent", "random"), BROWSER), false, "other ports for each destination");
  assert.equal(isWorthAgain("B", report("blocked", "independent"), BROWSER), false, "no datagram leaves");
  assert.equal(isWorthAgain("B", { v: 1, outcome: "turn-udp", scope: "relay" }, BROWSER), false, "nothing is known");
  assert.equal(isWorthAgain("B", report("independent", "independent"), PYTHON), false, "a Python peer has its own means");
});
