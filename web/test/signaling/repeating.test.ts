import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientMessage, Error as ErrorMessage, ServerMessage, Welcome } from "../../src/gen/signaling.ts";
import { toBase64url } from "../../src/secure/encoding.ts";
import { ABNORMAL, Client } from "../../src/signaling/core.ts";
import { type Effect, SESSION_LOST } from "../../src/signaling/effects.ts";
import { OVERLOADED, WAITING_MAX } from "../../src/signaling/repeating.ts";

const PATIENCE_S = 15;

/** A client that is signed in, at a server that answers in order; `refuses` and `takes` give what the client does next. */
class Server {
  readonly client = new Client({ key: new Uint8Array(32), host: "localhost", label: "test/1", random: () => 0.5 });
  #seq = 0;

  constructor() {
    this.signIn();
  }

  signIn(more: Partial<Welcome> = {}, now = 0): readonly Effect[] {
    this.client.connected(now);
    this.#give({ t: "challenge", v: 1, nonce: toBase64url(new Uint8Array(32)), server: "test/1" }, now);
    this.client.signed(new Uint8Array(64), now);
    return this.#give({ t: "welcome", session: "s", token: "t", resumed: false, received: 0, ping: 25, idle: 60, grace: 60, server: "test/1", ...more }, now);
  }

  refuses(re: number, now: number, more: Partial<ErrorMessage> = { wait: 2 }): readonly Effect[] {
    this.#seq += 1;
    return this.#give({ t: "error", seq: this.#seq, re, code: "rate-limited", message: "", retry: true, ...more }, now);
  }

  takes(re: number, now: number): readonly Effect[] {
    this.#seq += 1;
    return this.#give({ t: "ok", seq: this.#seq, re }, now);
  }

  knock(patience: number, now = 0): { readonly ticket: number; readonly effects: readonly Effect[] } {
    return this.client.request({ t: "knock", locator: "7" }, now, { patience });
  }

  /** A body that tells which one it is. */
  post(number: number, now = 0): readonly Effect[] {
    const { ticket, effects } = this.client.request({ t: "signal", pair: "p", body: `body${number}` }, now, { patience: PATIENCE_S, ordered: true });
    assert.equal(ticket, number);
    return effects;
  }

  #give(message: ServerMessage, now: number): readonly Effect[] {
    return this.client.received(JSON.stringify(message), now);
  }
}

function sent(effects: readonly Effect[]): readonly ClientMessage[] {
  return effects.flatMap((effect) => (effect.type === "send" ? [JSON.parse(effect.text) as ClientMessage] : []));
}

/** Ids and bodies of what is sent, which is all that happens. */
function bodies(effects: readonly Effect[]): readonly (readonly [number, string])[] {
  const found = sent(effects).flatMap((message) => (message.t === "signal" ? [[message.id, message.body] as const] : []));
  assert.equal(found.length, effects.length);
  return found;
}

function answered(effects: readonly Effect[]): readonly number[] {
  return effects.flatMap((effect) => (effect.type === "answer" ? [effect.ticket] : []));
}

test("it is asked again when the server said", () => {
  const server = new Server();
  const { ticket } = server.knock(PATIENCE_S);
  assert.deepEqual(server.refuses(1, 1), []);
  assert.equal(server.client.deadline(), 3);
  assert.deepEqual(server.client.tick(2.9), []);
  assert.deepEqual(sent(server.client.tick(3)), [{ t: "knock", locator: "7", id: 2 }]);
  assert.deepEqual(server.takes(2, 3.1), [{ type: "answer", ticket, reply: { t: "ok", seq: 2, re: 2 } }]);
  assert.deepEqual(server.client.tick(20), []);
});

test("it is not asked again if nobody wants that, it would take too long, or the server gives no hope", () => {
  const cases: readonly (readonly [number, Partial<ErrorMessage>])[] = [[0, { wait: 2 }], [2.5, { wait: 2 }], [Infinity, {}], [Infinity, { wait: 2, retry: false }]];
  for (const [patience, more] of cases) {
    const server = new Server();
    const { ticket } = server.knock(patience);
    assert.deepEqual(answered(server.refuses(1, 1, more)), [ticket]);
    assert.equal(server.client.deadline(), 25);
  }
});

test("nothing overtakes what is to be said again", () => {
  const server = new Server();
  for (const number of [1, 2]) assert.deepEqual(bodies(server.post(number)), [[number, `body${number}`]]);
  assert.deepEqual(server.refuses(1, 0.1), []);
  assert.deepEqual(server.post(3, 0.2), []);
  assert.deepEqual(server.refuses(2, 0.3), []);
  assert.deepEqual(server.post(4, 0.4), []);
  assert.equal(server.client.deadline(), 2.3);
  assert.deepEqual(server.client.tick(2.2), []);
  assert.deepEqual(bodies(server.client.tick(2.3)), [[3, "body1"]]);
  assert.deepEqual(server.post(5, 2.3), []);
  assert.equal(server.client.deadline(), 27.3);
  assert.deepEqual(server.refuses(3, 2.4, { wait: 0.5 }), []);
  assert.deepEqual(bodies(server.client.tick(2.9)), [[4, "body1"]]);
  for (const number of [1, 2, 3, 4]) {
    const [answer, ...again] = server.takes(number + 3, 3);
    assert.ok(answer?.type === "answer" && answer.ticket === number);
    assert.deepEqual(bodies(again), [[number + 4, `body${number + 1}`]]);
  }
  assert.equal(server.takes(8, 3.1).length, 1);
  assert.deepEqual(bodies(server.post(6, 3.2)), [[9, "body6"]]);
});

test("one that is given up lets the next go", () => {
  const server = new Server();
  server.post(1);
  server.post(2);
  server.refuses(1, 0.1);
  assert.deepEqual(answered(server.takes(2, 0.1)), [2]);
  server.post(3, 0.2);
  server.client.tick(2.1);
  const [answer, ...again] = server.refuses(3, 2.2, { wait: 60 });
  assert.ok(answer?.type === "answer" && answer.ticket === 1);
  assert.deepEqual(bodies(again), [[4, "body3"]]);
});

test("what is awaited does not wait behind what is not", () => {
  const server = new Server();
  server.post(1);
  server.refuses(1, 0.1);
  assert.deepEqual(sent(server.knock(0, 0.2).effects), [{ t: "knock", locator: "7", id: 2 }]);
});

test("only so much waits", () => {
  const server = new Server();
  server.post(1);
  server.knock(Infinity);
  server.refuses(1, 0.1);
  for (let number = 3; number < WAITING_MAX + 2; number += 1) assert.deepEqual(server.post(number, 0.2), []);
  assert.deepEqual(server.post(WAITING_MAX + 2, 0.2), [{ type: "answer", ticket: WAITING_MAX + 2, reply: OVERLOADED }]);
  assert.deepEqual(answered(server.refuses(2, 0.3)), [2]);
});

test("while away nothing is asked again, and after a resume it is", () => {
  const server = new Server();
  server.post(1);
  server.refuses(1, 0.1);
  server.client.disconnected(ABNORMAL);
  assert.deepEqual(server.client.tick(3), []);
  assert.deepEqual(bodies(server.signIn({ resumed: true, received: 1 }, 4).slice(1)), [[2, "body1"]]);
});

test("with the session all of it is gone", () => {
  const server = new Server();
  server.post(1);
  const { ticket } = server.knock(Infinity);
  server.refuses(1, 0.1);
  server.refuses(2, 0.1);
  server.client.disconnected(ABNORMAL);
  const lost = [ticket, 1].map((each) => ({ type: "answer", ticket: each, reply: SESSION_LOST }));
  assert.deepEqual(server.signIn({ token: "t-2" }, 4).slice(0, 2), lost);
  assert.deepEqual(server.client.tick(6), []);
  assert.deepEqual(bodies(server.post(3, 6)), [[1, "body3"]]);
});
