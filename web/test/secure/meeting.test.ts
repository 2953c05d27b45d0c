import assert from "node:assert/strict";
import { test } from "node:test";
import type { SealedMessage } from "../../src/gen/peer.ts";
import { CodeProblem, libraryText, parse } from "../../src/secure/code.ts";
import { type Bytes, concat, fromHex, toHex, utf8 } from "../../src/secure/encoding.ts";
import { derive } from "../../src/secure/keys.ts";
import { type Effect, Meeting, type MeetingOptions, TRANSITIONS } from "../../src/secure/meeting.ts";
import { Pake, type Role } from "../../src/secure/pake.ts";
import { Opener, Sealer, SealError } from "../../src/secure/seal.ts";
import { fixed, identityFrom, vectors } from "../vectors.ts";

interface Run {
  readonly code: string;
  readonly identity: Readonly<Record<Role, { readonly seed: string; readonly key: string }>>;
  readonly entropy: Readonly<Record<Role, string>>;
  readonly keys: Readonly<Record<string, string>>;
  readonly bodies: readonly { readonly from: Role; readonly body: string }[];
  readonly names: Readonly<Record<Role, string>>;
}

interface Asked extends Run {
  readonly library: string;
}

const { meetings, libraries } = vectors<{ meetings: readonly Run[]; libraries: readonly Asked[] }>("meeting");
const { calls } = vectors<{ calls: readonly Run[] }>("contacts");
const runs: readonly Run[] = [...meetings, ...libraries, ...calls];
const [first] = runs as readonly [Run];
const ended: SealedMessage = { t: "candidate", link: 0, candidates: [] };

async function side(role: Role, run: Run = first, changes: Partial<MeetingOptions> = {}): Promise<Meeting> {
  const own = run.identity[role];
  const identity = await identityFrom(own.seed, own.key);
  const peerKey = fromHex(run.identity[role === "A" ? "B" : "A"].key);
  return new Meeting({ role, identity, peerKey, code: run.code, client: "test/1", name: run.names[role], random: fixed(run.entropy[role]), ...changes });
}

const bodies = (effects: readonly Effect[]): readonly Bytes[] => effects.flatMap((effect) => (effect.type === "send" ? [effect.body] : []));

/** Two sides talking until neither has anything more to say; gives all effects of each. */
async function talk(a: Meeting, b: Meeting, tamper: (body: Bytes, index: number) => Bytes = (body) => body): Promise<Record<Role, Effect[]>> {
  const seen: Record<Role, Effect[]> = { A: [...a.start()], B: [...b.start()] };
  const queue: [Meeting, Bytes][] = bodies(seen.A).map((body) => [b, body]);
  for (let index = 0; queue.length > 0; index += 1) {
    const [to, body] = queue.shift() as [Meeting, Bytes];
    const effects = await to.receive(tamper(body, index));
    seen[to.role].push(...effects);
    queue.push(...bodies(effects).map((each): [Meeting, Bytes] => [to === a ? b : a, each]));
  }
  return seen;
}

test("a library is asked over its name, which no code can be", () => {
  assert.ok(libraries.length > 0);
  for (const { library, code } of libraries) {
    assert.equal(libraryText(library), code);
    assert.throws(() => parse(code), CodeProblem);
  }
});

for (const run of runs) {
  test(`${run.code}: keys and what is sent in clear are the same as in Python`, async () => {
    const [a, b] = [new Pake("A", run.code, fixed(run.entropy.A)), new Pake("B", run.code, fixed(run.entropy.B))];
    const key = a.finish(b.message, fromHex(run.identity.A.key), fromHex(run.identity.B.key));
    const keys = await derive(key as Bytes);
    const found = { confirmA: keys.confirm.A, confirmB: keys.confirm.B, sealA: keys.seal.A, sealB: keys.seal.B, bind: keys.bind };
    assert.deepEqual(Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, toHex(bytes)])), run.keys);
    const seen = await talk(await side("A", run), await side("B", run));
    const clear = (role: Role): readonly string[] => bodies(seen[role]).slice(0, 2).map(toHex);
    const known = (role: Role): readonly string[] => run.bodies.filter((each) => each.from === role).slice(0, 2).map((each) => each.body);
    assert.deepEqual([clear("A"), clear("B")], [known("A"), known("B")]);
  });

  for (const role of ["A", "B"] as const) {
    test(`${run.code}: ${role} takes what the other side said in Python, sealed messages too`, async () => {
      const meeting = await side(role, run);
      const effects: Effect[] = [];
      for (const { from, body } of run.bodies) if (from !== role) effects.push(...(await meeting.receive(fromHex(body))));
      const rest = effects.filter((effect) => effect.type !== "send");
      assert.equal(rest[0]?.type, "opened");
      assert.deepEqual(rest.slice(1), role === "B" ? [{ type: "received", message: ended }] : []);
    });
  }
}

test("what a side can do is told, and other keys are bound to the same secret on both sides", async () => {
  const [a, b] = [await side("A", first, { caps: ["relay"] }), await side("B")];
  assert.deepEqual([a.bind, b.bind], [null, null]);
  const seen = await talk(a, b);
  assert.deepEqual(seen.B.find((effect) => effect.type === "opened")?.meet.caps, ["relay"]);
  assert.equal(seen.A.find((effect) => effect.type === "opened")?.meet.caps, undefined);
  assert.deepEqual([toHex(a.bind as Bytes), a.bind], [first.keys["bind"], b.bind]);
});

test("once open, sealed messages go both ways", async () => {
  const [a, b] = [await side("A"), await side("B")];
  const seen = await talk(a, b);
  assert.deepEqual([a.state, b.state], ["open", "open"]);
  assert.deepEqual(seen.B.filter((effect) => effect.type === "opened").map(({ meet }) => [meet.name, meet.client]), [["Ada", "test/1"]]);
  assert.equal(seen.A.find((effect) => effect.type === "opened")?.meet.name, undefined);
  for (const message of [ended, { t: "part" } as const]) {
    const [body] = bodies(await a.seal(message));
    assert.deepEqual(await b.receive(body as Bytes), [{ type: "received", message }]);
  }
});

test("wrong words end at B before it has proven anything", async () => {
  const [a, b] = [await side("A", first, { code: "7-guitar-sun" }), await side("B")];
  const seen = await talk(a, b);
  assert.deepEqual(seen.B.map((effect) => effect.type), ["send", "wrong-words"]);
  assert.equal(b.state, "ended");
  const [body] = bodies(b.refuse("wrong-words", 2));
  assert.deepEqual(await a.receive(body as Bytes), [{ type: "ended", refusal: "wrong-words", left: 2 }]);
});

test("a false confirmation of B ends at A", async () => {
  const a = await side("A");
  const b = await side("B");
  const seen = await talk(a, b, (body) => (body[0] === 2 && a.state === "confirm" && b.state === "meet" ? concat(body.slice(0, 1), new Uint8Array(32)) : body));
  assert.deepEqual(seen.A.at(-1), { type: "ended", refusal: "wrong-words", left: null });
});

test("any altered body ends the meeting, at every place", async () => {
  for (let place = 0; place < 6; place += 1) {
    const flip = (body: Bytes, index: number): Bytes => (index === place ? body.with(body.length - 1, (body.at(-1) ?? 0) ^ 1) : body);
    const seen = await talk(await side("A"), await side("B"), flip);
    const effects = [...seen.A, ...seen.B];
    assert.ok(effects.some((effect) => effect.type === "ended" || effect.type === "wrong-words"), `place ${place}`);
    assert.ok(effects.filter((effect) => effect.type === "opened").length < 2, `place ${place}`);
  }
});

test("an identity other than the one the server named ends it", async () => {
  const [, second] = runs as readonly [Run, Run];
  const stranger = await identityFrom(second.identity.A.seed, second.identity.A.key);
  const own = fromHex(first.identity.A.key);
  const lying = { ...stranger, key: own };
  const seen = await talk(await side("A", first, { identity: lying }), await side("B"));
  assert.equal(seen.B.at(-1)?.type, "ended");
});

const broken: Readonly<Record<string, Bytes>> = {
  empty: new Uint8Array(),
  "of an unknown kind": Uint8Array.of(9),
  "out of turn": Uint8Array.of(3, 0),
  "no key exchange": Uint8Array.of(1, 0),
  "an unknown refusal": concat(Uint8Array.of(4), utf8("because 1")),
  "a refusal with nonsense": concat(Uint8Array.of(4), utf8("used 1e9")),
};

for (const [what, body] of Object.entries(broken)) {
  test(`a body that is ${what} ends the meeting as broken`, async () => {
    const meeting = await side("B");
    const effects = await meeting.receive(body);
    assert.deepEqual(effects.at(-1), { type: "ended", refusal: "broken", left: null });
    assert.equal(toHex(bodies(effects)[0] ?? new Uint8Array()), toHex(concat(Uint8Array.of(4), utf8("broken 0"))));
    assert.deepEqual(await meeting.receive(body), []);
    assert.deepEqual(await meeting.seal(ended), []);
  });
}

test("a confirmation of the wrong length ends the meeting", async () => {
  const b = await side("B");
  await b.receive(fromHex(first.bodies[0]?.body ?? ""));
  assert.equal((await b.receive(Uint8Array.of(2, 1))).at(-1)?.type, "ended");
});

test("a refusal may come without a number", async () => {
  const meeting = await side("A");
  assert.deepEqual(await meeting.receive(concat(Uint8Array.of(4), utf8("used"))), [{ type: "ended", refusal: "used", left: null }]);
});

/** Two sides that are open, and the sealer of A, to say what a meeting would never say. */
async function openWith(): Promise<[Meeting, Sealer]> {
  const b = await side("B");
  for (const { from, body } of first.bodies.slice(0, -1)) if (from === "A") await b.receive(fromHex(body));
  assert.equal(b.state, "open");
  const sealer = new Sealer(fromHex(first.keys["sealA"] ?? ""), "A");
  await sealer.seal(utf8("as many as A has sealed"));
  return [b, sealer];
}

for (const [what, plain] of Object.entries({ "no JSON": "{", "no message of the schema": '{"t":"gossip"}', "a second meet": '{"t":"meet","v":1,"client":"","sig":"' + "A".repeat(86) + '"}' })) {
  test(`sealed content that is ${what} ends the meeting`, async () => {
    const [b, sealer] = await openWith();
    assert.equal((await b.receive(concat(Uint8Array.of(3), await sealer.seal(utf8(plain))))).at(-1)?.type, "ended");
  });
}

test("a signature that is no base64url ends the meeting", async () => {
  const b = await side("B");
  for (const { from, body } of first.bodies.slice(0, 3)) if (from === "A") await b.receive(fromHex(body));
  assert.equal(b.state, "meet");
  const sealer = new Sealer(fromHex(first.keys["sealA"] ?? ""), "A");
  const meet = { t: "meet", v: 1, client: "", sig: `${"A".repeat(85)}B` };
  assert.equal((await b.receive(concat(Uint8Array.of(3), await sealer.seal(utf8(JSON.stringify(meet)))))).at(-1)?.type, "ended");
});

test("sealed messages are opened once, in order, and unaltered", async () => {
  const key = new Uint8Array(32);
  const [sealer, opener] = [new Sealer(key, "A"), new Opener(key, "A")];
  const [one, two] = [await sealer.seal(utf8("one")), await sealer.seal(utf8("two"))];
  await assert.rejects(opener.open(two), SealError);
  await assert.rejects(opener.open(one.subarray(0, 23)), SealError);
  await assert.rejects(opener.open(one.with(9, (one[9] ?? 0) ^ 1)), SealError);
  assert.deepEqual(await opener.open(one), utf8("one"));
  await assert.rejects(opener.open(one), SealError);
  assert.deepEqual(await opener.open(two), utf8("two"));
  await assert.rejects(new Opener(key, "B").open(one), SealError);
});

test("nothing leads out of the end, and everything can be refused before it", () => {
  assert.deepEqual(TRANSITIONS.ended, {});
  for (const state of ["pake", "confirm", "meet", "open"] as const) assert.equal(TRANSITIONS[state].refusal, "ended");
});
