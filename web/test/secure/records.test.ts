import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, fromHex, toHex } from "../../src/secure/encoding.ts";
import { otherRole, type Role } from "../../src/secure/pake.ts";
import { Exchange, RecordError, recordKeys, type Records, TAG_BYTES } from "../../src/secure/records.ts";
import { vectors } from "../vectors.ts";

interface Case {
  readonly bind: string;
  readonly link: number;
  readonly private: Readonly<Record<Role, string>>;
  readonly public: Readonly<Record<Role, string>>;
  readonly shared: string;
  readonly keys: Readonly<Record<Role, string>>;
  readonly frames: readonly string[];
  readonly records: Readonly<Record<Role, readonly string[]>>;
}

const { links, "no-keys": noKeys } = vectors<{ links: readonly Case[]; "no-keys": readonly string[] }>("records");
const [first] = links as readonly [Case];

/** RFC 8410, section 7: what comes before the bytes of a private key of X25519. */
const PKCS8 = fromHex("302e020100300506032b656e04220420");

async function exchange(role: Role, each: Case): Promise<Exchange> {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8, fromHex(each.private[role])), "X25519", false, ["deriveBits"]);
  return new Exchange({ role, bind: fromHex(each.bind), link: each.link }, fromHex(each.public[role]), key);
}

async function sideOf(role: Role, each: Case = first): Promise<Records> {
  return (await exchange(role, each)).finish(fromHex(each.public[otherRole(role)]));
}

for (const each of links) {
  test(`link ${each.link}: keys and records are those of Python`, async () => {
    const keys = await recordKeys(fromHex(each.shared), fromHex(each.bind), each.link, fromHex(each.public.A), fromHex(each.public.B));
    assert.deepEqual({ A: toHex(keys.A), B: toHex(keys.B) }, each.keys);
    for (const role of ["A", "B"] as const) {
      const [mine, theirs] = [await sideOf(role, each), await sideOf(otherRole(role), each)];
      const sealed = await Promise.all(each.frames.map((frame) => mine.sealer.seal(fromHex(frame))));
      assert.deepEqual(sealed.map(toHex), each.records[role]);
      assert.deepEqual((await Promise.all(sealed.map((record) => theirs.opener.open(record)))).map(toHex), each.frames);
    }
  });
}

test("two that made their keys themselves understand each other", async () => {
  const options = { bind: fromHex(first.bind), link: 7 };
  const [a, b] = [await Exchange.make({ role: "A", ...options }), await Exchange.make({ role: "B", ...options })];
  const [atA, atB] = [await a.finish(b.public), await b.finish(a.public)];
  const frame = Uint8Array.of(1, 2, 3);
  const record = await atB.sealer.seal(frame);
  assert.equal(record.length, frame.length + TAG_BYTES);
  assert.deepEqual(await atA.opener.open(record), frame);
});

test("keys that cannot be any are refused", async () => {
  const mine = await exchange("A", first);
  for (const key of noKeys) await assert.rejects(mine.finish(fromHex(key)), RecordError);
});

test("a record that was altered, repeated, reordered, lost, cut off or sent back is refused", async () => {
  const [one, two] = first.records.A.map(fromHex) as unknown as readonly [Bytes, Bytes];
  const altered = two.slice();
  altered[0] = (altered[0] as number) ^ 1;
  const cases: readonly (readonly Bytes[])[] = [[one, altered], [one, one], [two], [one, two.slice(0, -1)], [one, new Uint8Array()], [fromHex(first.records.B[0] as string)]];
  for (const records of cases) {
    const { opener } = await sideOf("B");
    for (const record of records.slice(0, -1)) await opener.open(record);
    await assert.rejects(opener.open(records.at(-1) as Bytes), RecordError);
  }
});

test("another meeting, another link and another order of the roles make other keys", async () => {
  const [shared, bind, a, b] = [first.shared, first.bind, first.public.A, first.public.B].map(fromHex) as unknown as readonly [Bytes, Bytes, Bytes, Bytes];
  const made = await Promise.all([
    recordKeys(shared, bind, 0, a, b), recordKeys(shared, shared, 0, a, b), recordKeys(shared, bind, 1, a, b), recordKeys(shared, bind, 0, b, a),
  ]);
  assert.equal(new Set(made.flatMap((keys) => [toHex(keys.A), toHex(keys.B)])).size, 8);
});
