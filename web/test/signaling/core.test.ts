import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientMessage, ServerMessage, Welcome } from "../../src/gen/signaling.ts";
import { accessProof } from "../../src/secure/access.ts";
import { concat, toBase64url, utf8 } from "../../src/secure/encoding.ts";
import { delay } from "../../src/signaling/backoff.ts";
import { ABNORMAL, Client } from "../../src/signaling/core.ts";
import type { Effect } from "../../src/signaling/effects.ts";

const nonce = new Uint8Array(32).fill(7);
const signature = new Uint8Array(64).fill(9);
const key = new Uint8Array(32).fill(1);

function make(): Client {
  return new Client({ key, host: "byway.example:8080", label: "test/1", random: () => 0.5 });
}

function welcome(more: Partial<Welcome> = {}): Welcome {
  return { t: "welcome", session: "s", token: "token-1", resumed: false, received: 0, ping: 25, idle: 60, grace: 60, server: "test/1", ...more };
}

function give(client: Client, message: ServerMessage, now = 0): readonly Effect[] {
  return client.received(JSON.stringify(message), now);
}

function signIn(client: Client, more: Partial<Welcome> = {}, now = 0): readonly Effect[] {
  client.connected(now);
  give(client, { t: "challenge", v: 1, nonce: toBase64url(nonce), server: "test/1" }, now);
  client.signed(signature, now);
  return give(client, welcome(more), now);
}

function sent(effects: readonly Effect[]): readonly ClientMessage[] {
  return effects.flatMap((effect) => (effect.type === "send" ? [JSON.parse(effect.text) as ClientMessage] : []));
}

const malformed = [{ type: "hangup", code: 4500 }];

test("sign-in signs the nonce and the host", () => {
  const client = make();
  client.connected(0);
  const effects = give(client, { t: "challenge", v: 1, nonce: toBase64url(nonce), server: "test/1" });
  assert.deepEqual(effects, [{ type: "sign", statement: concat(utf8("byway sign-in v1\n"), nonce, utf8("byway.example:8080")) }]);
  const hello = { t: "hello", v: 1, client: "test/1", key: toBase64url(key), host: "byway.example:8080", sig: toBase64url(signature) };
  assert.deepEqual(sent(client.signed(signature, 0)), [hello]);
  assert.deepEqual(give(client, welcome()), [{ type: "ready", welcome: welcome() }]);
  assert.equal(client.state, "ready");
  assert.deepEqual(client.signed(signature, 0), []);
});

test("requests are numbered and answered by ticket", () => {
  const client = make();
  signIn(client);
  const { ticket, effects } = client.request({ t: "open", ttl: 60 }, 1);
  assert.deepEqual(sent(effects), [{ t: "open", ttl: 60, id: 1 }]);
  assert.deepEqual(sent(client.request({ t: "shut", locator: "7" }, 1).effects), [{ t: "shut", locator: "7", id: 2 }]);
  const reply = { t: "opened", seq: 1, re: 1, locator: "7", ttl: 60 } as const;
  assert.deepEqual(give(client, reply), [{ type: "answer", ticket, reply }]);
  assert.deepEqual(give(client, { t: "ok", seq: 2, re: 1 }), [], "answered already");
  assert.deepEqual(give(client, { t: "error", seq: 3, code: "bad-message", message: "" }), [], "answers nothing that was asked");
});

test("pushes are delivered once and in order", () => {
  const client = make();
  signIn(client);
  const pushes = [
    { t: "knocked", seq: 1, pair: "p", locator: "7", peer: toBase64url(key) },
    { t: "signaled", seq: 2, pair: "p", body: "AA" },
    { t: "left", seq: 3, pair: "p" },
    { t: "lapsed", seq: 4, locator: "7" },
  ] as const;
  for (const push of pushes) assert.deepEqual(give(client, push), [{ type: "push", push }]);
  for (const push of pushes) assert.deepEqual(give(client, push), []);
  assert.deepEqual(give(client, { t: "lapsed", seq: 6, locator: "8" }), malformed, "one was left out");
});

test("after a resume what did not take effect is sent again, under the same numbers", () => {
  const client = make();
  signIn(client);
  client.request({ t: "open" }, 0);
  client.request({ t: "knock", locator: "7" }, 0);
  give(client, { t: "lapsed", seq: 1, locator: "9" });
  assert.deepEqual(client.disconnected(ABNORMAL), [{ type: "retry", delay: 0.25 }]);
  assert.deepEqual(client.request({ t: "shut", locator: "7" }, 0).effects, [], "waits until signed in");
  client.connected(1);
  assert.deepEqual((sent(client.signed(signature, 1))[0] as { resume?: object }).resume, { token: "token-1", seen: 1 });
  const effects = give(client, welcome({ resumed: true, received: 1, token: "token-2" }), 1);
  assert.deepEqual(sent(effects).map((message) => ("id" in message ? message.id : 0)), [2, 3]);
});

test("when the session is lost, everything asked is answered with that, and numbers start again", () => {
  const client = make();
  signIn(client);
  const { ticket } = client.request({ t: "open" }, 0);
  client.disconnected(ABNORMAL);
  const effects = signIn(client, { resumed: false, token: "token-2" });
  assert.deepEqual(effects.map((effect) => effect.type), ["answer", "ready"]);
  assert.ok(effects[0]?.type === "answer" && effects[0].ticket === ticket && effects[0].reply.t === "error");
  assert.deepEqual(sent(client.request({ t: "open" }, 0).effects), [{ t: "open", id: 1 }]);
  assert.equal(give(client, { t: "lapsed", seq: 1, locator: "9" }).length, 1);
});

test("a quiet connection is pinged, a silent one hung up", () => {
  const client = make();
  assert.deepEqual(client.tick(1000), []);
  client.connected(0);
  assert.equal(client.deadline(), 60);
  assert.deepEqual(client.tick(59), []);
  assert.deepEqual(client.tick(60), [{ type: "hangup", code: 4012 }]);
  signIn(client, { ping: 10, idle: 30 }, 100);
  assert.equal(client.deadline(), 110);
  assert.deepEqual(client.tick(109), []);
  assert.deepEqual(sent(client.tick(110)), [{ t: "ping", seen: 0 }]);
  assert.deepEqual(give(client, { t: "pong", received: 0 }, 112), []);
  assert.equal(client.deadline(), 120);
  assert.deepEqual(client.tick(142), [{ type: "hangup", code: 4012 }]);
});

test("a busy connection is acknowledged before the server has to drop it", () => {
  const client = make();
  signIn(client);
  const pings: number[] = [];
  for (let seq = 1; seq <= 64; seq += 1) {
    const acknowledged = sent(give(client, { t: "signaled", seq, pair: "p", body: "AA" }));
    pings.push(...acknowledged.flatMap((message) => (message.t === "ping" ? [message.seen] : [])));
  }
  assert.deepEqual(pings, [16, 32, 48, 64]);
});

test("what is not of the contract ends the connection for good", () => {
  const texts = ["", "{", "[]", '{"t":"gossip"}', '{"t":"pong"}', '{"t":"pong","received":-1}'];
  for (const text of texts) {
    const client = make();
    client.connected(0);
    assert.deepEqual(client.received(text, 0), malformed, text);
    assert.deepEqual(client.disconnected(4500), [{ type: "over", code: 4500, refusal: null }]);
    assert.equal(client.state, "ended");
  }
});

test("a nonce that is no base64url ends it too", () => {
  const client = make();
  client.connected(0);
  assert.deepEqual(give(client, { t: "challenge", v: 1, nonce: `${"A".repeat(42)}B`, server: "" }), malformed);
});

test("who knows the access word proves it, and who is refused may say another", () => {
  const client = make();
  const challenge = { t: "challenge", v: 1, nonce: toBase64url(nonce), server: "test/1" } as const;
  client.connected(0);
  give(client, challenge);
  const [first] = sent(client.signed(signature, 0));
  assert.ok(first?.t === "hello" && first.access === undefined);
  assert.deepEqual(give(client, { t: "error", code: "access-word", message: "" }), []);
  client.again();
  assert.equal(client.state, "signing-in", "nothing is refused yet");
  assert.deepEqual(client.disconnected(4510), [{ type: "over", code: 4510, refusal: "access-word" }]);
  client.again();
  assert.equal(client.state, "away");
  client.connected(1);
  give(client, challenge, 1);
  const [second] = sent(client.signed(signature, 1, "sesame sesame"));
  assert.ok(second?.t === "hello");
  assert.equal(second.access, accessProof("sesame sesame", { nonce, key, host: "byway.example:8080" }));
  assert.deepEqual(client.disconnected(4510), [{ type: "over", code: 4510, refusal: null }], "nothing is left of what was said before");
});

test("an error before sign-in waits for the close that follows", () => {
  const client = make();
  client.connected(0);
  assert.deepEqual(give(client, { t: "error", code: "wrong-host", message: "" }), []);
});

test("a server that restarts says when to come back", () => {
  const client = make();
  signIn(client);
  assert.deepEqual(give(client, { t: "restarting", reconnect_in: 4, try_for: 60 }), []);
  assert.deepEqual(client.disconnected(4001), [{ type: "retry", delay: 4.25 }]);
  assert.deepEqual(client.disconnected(ABNORMAL), [{ type: "retry", delay: 0.5 }], "only once");
});

test("waits grow to 30 seconds at most, and begin anew after a sign-in", () => {
  const client = make();
  const waits = Array.from({ length: 9 }, () => client.disconnected(ABNORMAL)[0]).map((effect) => effect?.type === "retry" && effect.delay);
  assert.deepEqual(waits, [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]);
  signIn(client);
  assert.deepEqual(client.disconnected(ABNORMAL), [{ type: "retry", delay: 0.25 }]);
  assert.equal(delay(100_000, 0.999), 0.999 * 30);
  assert.equal(delay(3, 0), 0);
});

test("bye ends everything", () => {
  const client = make();
  signIn(client);
  const effects = client.bye(0);
  assert.deepEqual(sent(effects), [{ t: "bye" }]);
  assert.deepEqual(effects.at(-1), { type: "hangup", code: 1000 });
  assert.deepEqual(client.disconnected(1000), [{ type: "over", code: null, refusal: null }]);
  assert.deepEqual(make().bye(0), [{ type: "hangup", code: 1000 }]);
});
