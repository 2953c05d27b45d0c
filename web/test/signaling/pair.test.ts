/** Two pairs that talk through a server in memory: what each hears of the other, and of its end. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerError } from "../../src/errors.ts";
import type { EndCode, Preview, SealedMessage } from "../../src/gen/peer.ts";
import { type Bytes, fromHex } from "../../src/secure/encoding.ts";
import { Meeting } from "../../src/secure/meeting.ts";
import { otherRole, type Role } from "../../src/secure/pake.ts";
import { MEET_S, Pair } from "../../src/signaling/pair.ts";
import type { Request } from "../../src/signaling/requests.ts";
import type { Timer } from "../../src/timers/timers.ts";
import { identityFrom, vectors } from "../vectors.ts";

const { meetings: [{ identity, code }] } = vectors<{ meetings: [{ identity: Readonly<Record<Role, { seed: string; key: string }>>; code: string }] }>("meeting");
const PREVIEW: Preview = { t: "preview", files: 1, folders: 0, bytes: 5 };

/** A timer that a test lets run out. */
class Waits {
  readonly #waiting = new Map<() => void, number>();
  readonly timer: Timer = (seconds, callback) => {
    this.#waiting.set(callback, seconds);
    return () => void this.#waiting.delete(callback);
  };

  /** Everything that waits for this long is over. */
  pass(seconds: number): void {
    for (const [callback, each] of this.#waiting) if (each === seconds) callback();
  }

  get count(): number {
    return this.#waiting.size;
  }
}

/** One side, what it has posted, and what it was told. */
interface Side {
  readonly pair: Pair;
  readonly posted: Request[];
  readonly messages: SealedMessage[];
  readonly ends: boolean[];
}

interface Both extends Readonly<Record<Role, Side>> {
  readonly waits: Waits;
  /** No message passes from now on. */
  cut(): void;
}

async function both(codes: Readonly<Record<Role, string>> = { A: code, B: code }, isHeard = true): Promise<Both> {
  let isCut = false;
  const sides = {} as Record<Role, Side>;
  const pass = (from: Role, request: Request): void => {
    sides[from].posted.push(request);
    if (isCut) return;
    const { pair } = sides[otherRole(from)];
    if (request.t === "signal") pair.signaled(request.body);
    if (request.t === "leave") pair.left();
  };
  const random = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));
  for (const role of ["A", "B"] as const) {
    const peerKey = fromHex(identity[otherRole(role)].key);
    const meeting = new Meeting({ role, identity: await identityFrom(identity[role].seed, identity[role].key), peerKey, code: codes[role], client: "test/1", name: role, random });
    const pair = new Pair({ isReady: true, post: (request) => pass(role, request) }, "pair", peerKey, meeting);
    const side: Side = { pair, posted: [], messages: [], ends: [] };
    sides[role] = side;
    if (!isHeard) continue;
    pair.onMessage = (message) => side.messages.push(message);
    pair.onEnd = (byServer) => side.ends.push(byServer);
  }
  return { ...sides, waits: new Waits(), cut: () => (isCut = true) };
}

/** Two that have met. */
async function met(): Promise<Both> {
  const two = await both();
  const { A, B, waits } = two;
  await Promise.all([A.pair.meet(waits.timer), B.pair.meet(waits.timer)]);
  return two;
}

/** How the pair of this side ends: whether the server was to blame. */
function end({ pair }: Side): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  pair.onEnd = resolve;
  return promise;
}

const fails = (promise: Promise<unknown>, code: string): Promise<void> => assert.rejects(promise, (error) => error instanceof PeerError && error.code === code);

test("two that know the code meet, and one hears what the other offers before all else", async () => {
  const { A, B, waits } = await both();
  const [there, here] = await Promise.all([A.pair.meet(waits.timer), B.pair.meet(waits.timer)]);
  assert.deepEqual([there.name, here.name, A.pair.role], ["B", "A", "A"]);
  assert.ok(A.pair.bind !== null && A.pair.isReachable);
  assert.deepEqual(A.pair.bind, B.pair.bind);
  const [wanted, told] = [B.pair.want(waits.timer), A.pair.preview(waits.timer)];
  A.pair.send({ t: "want", folder: "f" });
  B.pair.send({ t: "candidate", link: 0, candidates: [] });
  B.pair.send(PREVIEW);
  assert.equal((await wanted).folder, "f");
  assert.deepEqual(await told, PREVIEW);
  assert.equal(waits.count, 0);
  const left = end(A);
  await B.pair.part(null);
  assert.equal(await left, false);
  assert.deepEqual(A.messages, [{ t: "part" }], "what is no offer before it is not heeded");
});

test("what the other side has said before it left is heard before that", async () => {
  const { A, B, waits } = await met();
  B.pair.send(PREVIEW);
  await A.pair.preview(waits.timer);
  const left = end(A).then(() => A.messages.length);
  await B.pair.part("expired");
  assert.equal(await left, 1);
  assert.deepEqual(A.messages, [{ t: "part", code: "expired" }]);
});

for (const [said, code, words] of [["declined", "declined", /has not agreed/], ["file-vanished", "file-vanished", /no longer there/], ["expired", "expired", /offer is over/], [null, "expired", /offer is over/]] as const) {
  test(`who was asked for something may part instead of offering it: ${said}`, async () => {
    const { A, B, waits } = await met();
    const told = A.pair.preview(waits.timer);
    void B.pair.part(said as EndCode | null);
    await assert.rejects(told, (error) => error instanceof PeerError && error.code === code && words.test(error.message));
  });
}

test("whoever goes before the two have met, or the server that forgets them, leaves nobody waiting", async () => {
  const { A, B, waits } = await both();
  const meeting = A.pair.meet(waits.timer);
  B.pair.leave("gone");
  await fails(meeting, "peer-left");
  assert.deepEqual(A.ends, [], "there was nothing that could end");
  A.pair.leave("gone");
  assert.deepEqual(A.posted.filter(({ t }) => t === "leave"), [], "it is over already");
});

test("the end is told once, and whether the server was to blame", async () => {
  const { A, B } = await met();
  const [forgotten, left] = [end(B), end(A)];
  B.pair.forgotten();
  A.pair.left();
  assert.deepEqual([await forgotten, await left], [true, false]);
  A.pair.onEnd = () => assert.fail("it was told");
  A.pair.left();
  A.pair.leave("done");
  A.pair.report("failed");
  await A.pair.part(null);
  assert.deepEqual(A.posted.filter(({ t }) => t !== "signal"), [], "nobody is there to be told");
});

test("what does not come in time is not waited for any more", async () => {
  const { A, B, waits, cut } = await both();
  cut();
  const meeting = A.pair.meet(waits.timer);
  waits.pass(MEET_S);
  await fails(meeting, "no-answer");
  assert.deepEqual(A.posted.at(-1), { t: "leave", pair: "pair", reason: "timeout" });
  const wanted = B.pair.want(waits.timer);
  waits.pass(MEET_S);
  await fails(wanted, "no-answer");
  const other = await met();
  const told = other.A.pair.preview(other.waits.timer, 600);
  other.waits.pass(600);
  await fails(told, "no-answer");
  assert.deepEqual(other.A.ends, [false], "they had met");
});

for (const [left, code, words] of [[2, "wrong-words", /2 attempts are left/], [1, "wrong-words", /One attempt is left/], [0, "burned", /worthless/], [null, "broken", /altered/]] as const) {
  test(`who guesses wrong hears how many attempts are left: ${left}`, async () => {
    const { A, B, waits } = await both({ A: "7-guitar-sunrise", B: "7-guitar-sunset" });
    B.pair.onWrongWords = () => left;
    const [guessing, waiting] = [A.pair.meet(waits.timer), B.pair.meet(waits.timer)];
    await Promise.all([assert.rejects(guessing, (error) => error instanceof PeerError && error.code === code && words.test(error.message)), fails(waiting, code)]);
  });
}

for (const refusal of ["used", "busy", "wrong-words"] as const) {
  test(`who is turned away hears why: ${refusal}`, async () => {
    const { A, B, waits } = await both();
    B.pair.refuse(refusal);
    await fails(A.pair.meet(waits.timer), refusal);
    assert.deepEqual(B.posted.at(-1), { t: "leave", pair: "pair", reason: refusal });
  });
}

test("a body that is none breaks it, and how they were connected is reported", async () => {
  const { A, B } = await met();
  B.pair.report("direct", { opened: 1 });
  assert.deepEqual(B.posted.at(-1), { t: "report", pair: "pair", outcome: "direct", phases: { opened: 1 } });
  const ended = end(A);
  A.pair.signaled("%");
  assert.equal(await ended, false);
  assert.deepEqual(A.posted.at(-1), { t: "leave", pair: "pair", reason: "broken" });
});

test("what is opened after this side has left is not heard", async () => {
  const { A, B, waits, cut } = await met();
  B.pair.send(PREVIEW);
  await A.pair.preview(waits.timer);
  cut();
  await B.pair.part(null);
  const [said] = B.posted.filter((request) => request.t === "signal").slice(-1);
  A.pair.signaled(said?.body ?? "");
  A.pair.signaled("%");
  A.pair.leave("done");
  await A.pair.part(null); // is sealed in its turn: after those were opened
  assert.deepEqual([A.messages, A.ends], [[], []]);
});

test("who has said nothing about guesses allows none, and nobody has to listen", async () => {
  const { A, B, waits } = await both({ A: "7-guitar-sunrise", B: "7-guitar-sunset" }, false);
  await Promise.all([fails(A.pair.meet(waits.timer), "burned"), fails(B.pair.meet(waits.timer), "burned")]);
  const deaf = await both({ A: code, B: code }, false);
  await Promise.all([deaf.A.pair.meet(deaf.waits.timer), deaf.B.pair.meet(deaf.waits.timer)]);
  deaf.A.pair.send({ t: "part" });
  await deaf.A.pair.part(null);
  await fails(deaf.B.pair.want(deaf.waits.timer), "peer-left");
});
