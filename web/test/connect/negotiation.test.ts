import assert from "node:assert/strict";
import { test } from "node:test";
import { ufragOf } from "../../src/connect/candidate.ts";
import { type Describable, Negotiator } from "../../src/connect/negotiator.ts";
import type { Role } from "../../src/secure/pake.ts";

type Message = { readonly kind: "offer" | "answer"; readonly sdp: string } | { readonly kind: "candidate"; readonly text: string };

/** A peer connection as WebRTC 1.0 has it, as far as negotiation goes: descriptions are nothing but a generation. */
class FakeConnection implements Describable {
  localDescription: { readonly sdp: string } | null = null;
  remoteDescription: { readonly sdp: string } | null = null;
  onnegotiationneeded: () => void = () => undefined;
  signaling: "stable" | "have-local-offer" | "have-remote-offer" = "stable";
  readonly added: string[] = [];
  readonly #name: string;
  #generation = 0;
  #stable = { local: "", remote: "" };
  #pending = { local: "", remote: "" };
  #replace: string | null = null;
  #isNeeded = true;

  constructor(name: string) {
    this.#name = name;
  }

  get present(): { readonly local: string; readonly remote: string } {
    return this.#stable;
  }

  get wantsRestart(): boolean {
    return this.#replace !== null;
  }

  restartIce(): void {
    this.#replace = this.#stable.local;
    this.#update();
  }

  async setLocalDescription(): Promise<void> {
    await Promise.resolve();
    const isAnswer = this.signaling === "have-remote-offer";
    const isFresh = this.#stable.local === "" || this.#replace === this.#stable.local || (isAnswer && this.#pending.remote !== this.#stable.remote);
    this.#pending.local = isFresh ? `${this.#name}${(this.#generation += 1)}` : this.#stable.local;
    this.localDescription = { sdp: `a=ice-ufrag:${this.#pending.local}\r\n` };
    if (isAnswer) this.#settle();
    else this.signaling = "have-local-offer";
  }

  async setRemoteDescription({ type, sdp }: { readonly type: "offer" | "answer"; readonly sdp: string }): Promise<void> {
    await Promise.resolve();
    if (type === "answer" && this.signaling !== "have-local-offer") throw new Error("InvalidStateError");
    this.#pending.remote = ufragOf(sdp) ?? "";
    this.remoteDescription = { sdp };
    if (type === "answer") this.#settle();
    else this.signaling = "have-remote-offer";
  }

  async addIceCandidate({ candidate }: { readonly candidate: string }): Promise<void> {
    await Promise.resolve();
    const ufrag = / ufrag (\S+)/.exec(candidate)?.[1];
    assert.equal(ufrag, this.#pending.remote, "of the present generation");
    this.added.push(candidate);
    if (candidate.includes("magic")) throw new Error("OperationError");
  }

  #settle(): void {
    this.#stable = { ...this.#pending };
    if (this.#replace !== null && this.#replace !== this.#stable.local) this.#replace = null;
    this.signaling = "stable";
    this.#isNeeded = this.#replace !== null;
    this.#fire();
  }

  #update(): void {
    if (this.#isNeeded) return;
    this.#isNeeded = true;
    this.#fire();
  }

  /** The event comes later, and only where nothing is under way. */
  #fire(): void {
    queueMicrotask(() => {
      if (this.#isNeeded && this.signaling === "stable") this.onnegotiationneeded();
    });
  }

  /** The channel was made. */
  begin(): void {
    this.#fire();
  }
}

/** One side, and what it has sent that did not arrive yet. */
class Side {
  readonly connection: FakeConnection;
  readonly negotiator: Negotiator;
  readonly sent: Message[] = [];
  errors = 0;
  stable = 0;

  constructor(role: Role) {
    this.connection = new FakeConnection(role);
    this.negotiator = new Negotiator(role, this.connection, {
      onDescription: (kind, sdp) => {
        this.sent.push({ kind, sdp });
        this.sent.push({ kind: "candidate", text: `candidate:1 1 udp 1 192.0.2.1 5000 typ host ufrag ${ufragOf(sdp)}` });
      },
      onStable: () => (this.stable += 1),
      onError: () => (this.errors += 1),
    });
    this.connection.onnegotiationneeded = () => this.negotiator.needed();
    this.connection.begin();
  }

  take(message: Message | undefined): void {
    if (message === undefined) return;
    if (message.kind === "candidate") this.negotiator.add([message.text]);
    else this.negotiator.described(message.kind, message.sdp);
  }
}

const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What happens next: A or B restarts, a message of A arrives at B (`x`), or one of B at A (`y`). */
async function play(steps: string, isHasty: boolean): Promise<readonly [Side, Side]> {
  const [a, b] = [new Side("A"), new Side("B")];
  const doing: Readonly<Record<string, () => void>> = {
    a: () => a.connection.restartIce(),
    b: () => b.connection.restartIce(),
    x: () => b.take(a.sent.shift()),
    y: () => a.take(b.sent.shift()),
  };
  for (const step of steps) {
    doing[step]?.();
    if (!isHasty) await rest();
  }
  do {
    await rest();
    b.take(a.sent.shift());
    a.take(b.sent.shift());
  } while (a.sent.length + b.sent.length > 0 || (await rest(), a.sent.length + b.sent.length > 0));
  return [a, b];
}

/** All orders of these letters. */
function orders(letters: string): readonly string[] {
  if (letters.length <= 1) return [letters];
  return [...new Set(letters)].flatMap((first) => orders(letters.replace(first, "")).map((others) => first + others));
}

function agree(steps: string, [a, b]: readonly [Side, Side]): void {
  const what = `${steps}: ${JSON.stringify([a.connection.present, b.connection.present])}`;
  assert.deepEqual([a.errors, b.errors], [0, 0], what);
  assert.deepEqual([a.negotiator.state, b.negotiator.state], ["stable", "stable"], what);
  assert.deepEqual([a.connection.signaling, b.connection.signaling], ["stable", "stable"], what);
  assert.deepEqual({ local: b.connection.present.remote, remote: b.connection.present.local }, a.connection.present, what);
  assert.ok(!a.connection.wantsRestart && !b.connection.wantsRestart, what);
}

for (const isHasty of [false, true]) {
  test(`restarts in every order end in one generation, ${isHasty ? "with messages in the middle of a step" : "one step at a time"}`, async () => {
    for (const order of orders("aabbxxyy")) agree(order, await play(`xxxyyy${order}`, isHasty));
  });
}

test("restarts before the first answer are made up for", async () => {
  for (const order of orders("abxxyy")) agree(order, await play(order, false));
});

test("a restart changes both sides, and only one of two that cross counts", async () => {
  const quiet = await play("", false);
  assert.deepEqual(quiet[0].connection.present, { local: "A1", remote: "B1" });
  const [, crossed] = await play("xxyyab", false);
  assert.deepEqual(crossed.connection.present.remote, "A2");
  assert.equal(crossed.stable, 2);
});

test("the other side's candidates wait for its description, and are used only for theirs", async () => {
  const [a, b] = [new Side("A"), new Side("B")];
  b.negotiator.add(["candidate:1 1 udp 1 192.0.2.9 1 typ host ufrag A1", "candidate:1 1 udp 1 192.0.2.9 1 typ magic ufrag A1"]);
  await rest();
  assert.deepEqual(b.connection.added, []);
  b.take(a.sent.shift());
  b.negotiator.add(["candidate:1 1 udp 1 192.0.2.9 1 typ host ufrag A0"]);
  await rest();
  assert.equal(b.connection.added.length, 2);
  assert.equal(b.errors, 0);
});

test("a description without a generation takes every candidate", async () => {
  const b = new Side("B");
  b.connection.addIceCandidate = () => Promise.resolve(void b.connection.added.push("one"));
  b.negotiator.described("offer", "v=0");
  b.negotiator.add(["candidate:1 1 udp 1 192.0.2.9 1 typ host ufrag A1", "candidate:1 1 udp 1 192.0.2.9 1 typ host"]);
  await rest();
  assert.equal(b.connection.added.length, 2);
});

test("answers to a void offer, and offers to who waits for none, do no harm", async () => {
  for (const role of ["A", "B"] as const) {
    const side = new Side(role);
    if (role === "A") side.connection.onnegotiationneeded = () => undefined;
    side.negotiator.described("answer", "a=ice-ufrag:Z1\r\n");
    if (role === "A") side.negotiator.described("offer", "a=ice-ufrag:Z1\r\n");
    await rest();
    assert.deepEqual([side.negotiator.state, side.errors, side.sent], ["new", 0, []]);
  }
});

test("candidates are remembered for the report, but not without end", () => {
  const side = new Side("B");
  for (let number = 0; number < 300; number += 1) side.negotiator.add([`candidate:${number}`]);
  assert.equal(side.negotiator.candidates.length, 256);
  assert.equal(side.negotiator.candidates[0], "candidate:0");
});

test("a description that cannot be used is told", async () => {
  const [a, b] = await play("", false);
  for (const side of [a, b]) side.connection.setRemoteDescription = () => Promise.reject(new Error("nonsense"));
  b.negotiator.described("offer", "nonsense");
  await rest();
  assert.equal(b.errors, 1);
});

test("a stack that gives no description sends an empty one", async () => {
  const side = new Side("A");
  side.connection.setLocalDescription = () => Promise.resolve();
  side.negotiator.needed();
  await rest();
  assert.deepEqual(side.sent[0], { kind: "offer", sdp: "" });
});
