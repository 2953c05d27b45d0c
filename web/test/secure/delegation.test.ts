/** Delegations and digests of manifests: the vectors of the Python twin, and what makes one worthless. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../src/gen/peer.ts";
import { type Delegation, flawOf, LIFE_MAX_S, parseDelegation, type Signed, SKEW_S, statementOf, textOf } from "../../src/secure/delegation.ts";
import { fromHex, toHex } from "../../src/secure/encoding.ts";
import { digestOf } from "../../src/transfer/digest.ts";
import { identityFrom, vectors } from "../vectors.ts";

interface Good {
  readonly seed: string;
  readonly owner: string;
  readonly delegate: string;
  readonly digest: string;
  readonly serial: number;
  readonly expires: number;
  readonly locator: string;
  readonly text: string;
}

interface Digest {
  readonly entries: readonly Entry[];
  readonly text: boolean;
  readonly digest: string | null;
}

const { good, bad, digests } = vectors<{ good: readonly Good[]; bad: readonly string[]; digests: readonly Digest[] }>("delegations");

function madeOf({ owner, delegate, digest, serial, expires, locator }: Good): Delegation {
  return { owner: fromHex(owner), delegate: fromHex(delegate), digest: fromHex(digest), serial, expires, locator };
}

async function sign(each: Good, changes: Partial<Delegation> = {}): Promise<Signed> {
  const delegation = { ...madeOf(each), ...changes };
  const identity = await identityFrom(each.seed, each.owner);
  return { delegation, signature: await identity.sign(statementOf(delegation)) };
}

test("what the twin has signed is read, good, and written the same", async () => {
  for (const each of good) {
    const signed = parseDelegation(each.text);
    assert.deepEqual(signed?.delegation, madeOf(each));
    assert.equal(await flawOf(signed as Signed, fromHex(each.delegate), each.locator, each.expires - 1), null);
    const { delegation, signature } = await sign(each);
    assert.equal(textOf(delegation, signature), each.text);
  }
});

test("what is none is not read", () => {
  for (const text of bad) assert.equal(parseDelegation(text), null, text);
});

test("it is good for its key and code, until it is over, and for a month at most", async () => {
  const [each] = good as [Good];
  const [key, now] = [fromHex(each.delegate), each.expires - 60];
  const flaw = async (changes: Partial<Delegation>, at = now, delegate = key, locator = each.locator): Promise<string | null> => flawOf(await sign(each, changes), delegate, locator, at);
  assert.equal(await flaw({}, now, fromHex(each.owner)), "other-key");
  assert.equal(await flaw({}, now, key, "4711"), "other-code");
  assert.equal(await flaw({}, each.expires + SKEW_S - 1), null);
  assert.equal(await flaw({}, each.expires + SKEW_S), "expired");
  assert.equal(await flaw({ expires: now + LIFE_MAX_S, serial: now * 1000 }), null);
  assert.equal(await flaw({ expires: now + LIFE_MAX_S, serial: (now - SKEW_S - 1) * 1000 }), "too-long");
  assert.equal(await flaw({ expires: now + LIFE_MAX_S + SKEW_S + 1, serial: (now + LIFE_MAX_S) * 1000 }), "too-long");
});

test("only its owner can have made it, as it is", async () => {
  const [each] = good as [Good];
  const { delegation, signature } = await sign(each);
  const flaw = (signed: Signed): Promise<string | null> => flawOf(signed, fromHex(each.delegate), each.locator, each.expires - 1);
  assert.equal(await flaw({ delegation: { ...delegation, digest: new Uint8Array(32) }, signature }), "signature");
  assert.equal(await flaw({ delegation: { ...delegation, owner: fromHex(each.delegate) }, signature }), "signature");
});

test("digests are those of the twin", () => {
  for (const { entries, text, digest } of digests) {
    const made = digestOf(entries, text);
    assert.equal(made === null ? null : toHex(made), digest);
  }
});
