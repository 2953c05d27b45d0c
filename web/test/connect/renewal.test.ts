import assert from "node:assert/strict";
import { test } from "node:test";
import { PairRelays } from "../../src/app/relays.ts";
import { AGAIN_S, Renewal, SHARE } from "../../src/connect/renewal.ts";
import { PeerError } from "../../src/errors.ts";

test("relays are renewed long before their end, and again after each answer", () => {
  const renewal = new Renewal(100);
  assert.equal(renewal.wait, SHARE * 100);
  assert.equal(renewal.ask(), true);
  assert.equal(renewal.ask(), false);
  assert.equal(renewal.wait, null);
  renewal.renewed(40);
  assert.equal(renewal.wait, SHARE * 40);
});

test("a refusal for now is not the end, one for good is", () => {
  const renewal = new Renewal(100);
  renewal.ask();
  renewal.refused(true);
  assert.equal(renewal.wait, AGAIN_S);
  renewal.ask();
  renewal.refused(false);
  assert.equal(renewal.state, "over");
  assert.equal(renewal.ask(), false);
});

test("a server that tells no time is never asked", () => {
  assert.equal(new Renewal(null).wait, null);
  assert.equal(new Renewal(null).ask(), false);
});

test("a server that renews for the last time is not asked again", () => {
  const renewal = new Renewal(100);
  renewal.ask();
  renewal.renewed(null);
  assert.equal(renewal.state, "over");
  assert.equal(renewal.wait, null);
});

/** The relays of a pair whose server gives these answers, and what its timers wait for. */
function relaysOf(...answers: readonly (object | PeerError)[]): { readonly relays: PairRelays; fire(): Promise<number> } {
  const [left, due] = [[...answers], [] as (() => void)[]];
  const ask = (): Promise<never> => {
    const answer = left.shift();
    return (answer instanceof PeerError ? Promise.reject(answer) : Promise.resolve(answer)) as Promise<never>;
  };
  const timer = (_seconds: number, callback: () => void): (() => void) => {
    due.push(callback);
    return () => undefined;
  };
  const relays = new PairRelays({ ice: [{ urls: ["stun:a"] }], ask }, timer, { pair: "p", ice: [{ urls: ["turn:old"] }], relay: "old", ttl: 60 });
  relays.keep();
  const fire = async (): Promise<number> => {
    due.splice(0).forEach((callback) => callback());
    await new Promise((resolve) => setImmediate(resolve));
    return due.length;
  };
  return { relays, fire };
}

test("what is asked for takes the place of what was told", async () => {
  const { relays, fire } = relaysOf({ ice: [{ urls: ["turn:new"] }], relay: "new", ttl: 60 });
  assert.equal(await fire(), 1);
  assert.deepEqual(relays.ice.flatMap(({ urls }) => urls), ["stun:a", "turn:new"]);
  assert.equal(relays.ticket, "new");
});

test("what was told has to do when the pair is no more", async () => {
  const { relays, fire } = relaysOf(new PeerError("peer-gone", "", false));
  assert.equal(await fire(), 0);
  assert.equal(relays.ticket, "old");
  relays.close();
});

test("an answer that comes after the end changes nothing", () => {
  const renewal = new Renewal(100);
  renewal.ask();
  renewal.end();
  renewal.renewed(100);
  assert.equal(renewal.state, "over");
  assert.equal(renewal.wait, null);
});
