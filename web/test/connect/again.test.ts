import assert from "node:assert/strict";
import { test } from "node:test";
import { beginAgain, isWorthAgain } from "../../src/connect/again.ts";
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

/** A link that is worth it so many times, and the pauses before each look. */
async function pausesOf(worth: number): Promise<{ pauses: number[]; restarts: number }> {
  const [pauses, due]: [number[], (() => void)[]] = [[], []];
  let restarts = 0;
  const timer = (seconds: number, then: () => void): (() => void) => {
    pauses.push(seconds);
    due.push(then);
    return () => undefined;
  };
  beginAgain({ isWorthAgain: async () => restarts < worth, restart: () => (restarts += 1) }, timer);
  for (let next = due.pop(); next !== undefined; next = due.pop()) {
    next();
    await new Promise(setImmediate);
  }
  return { pauses, restarts };
}

test("it begins again twice at most, and no more once it is direct", async () => {
  assert.deepEqual(await pausesOf(9), { pauses: [0.5, 1.3], restarts: 2 });
  assert.deepEqual(await pausesOf(1), { pauses: [0.5, 1.3], restarts: 1 });
  assert.deepEqual(await pausesOf(0), { pauses: [0.5], restarts: 0 });
});
