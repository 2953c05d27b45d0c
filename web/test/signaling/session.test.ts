import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asking } from "../../src/signaling/repeating.ts";
import type { Reply } from "../../src/signaling/requests.ts";
import { Session } from "../../src/signaling/session.ts";

const asking = (ticket: number, until = 0): Asking => ({ ticket, request: { t: "shut", locator: String(ticket) }, until, ordered: false });
const answer = (re: number): Reply => ({ t: "ok", seq: 1, re });
const refusal = (re: number, retry: boolean): Reply => ({ t: "error", seq: 1, re, code: "rate-limited", message: "", retry, wait: 3 });

test("requests are numbered from one, and each is answered once", () => {
  const session = new Session();
  assert.deepEqual([session.ask(asking(7)).id, session.ask(asking(8)).id], [1, 2]);
  assert.equal(session.answered(answer(2), 0)?.ticket, 8);
  assert.equal(session.answered(answer(2), 0), null);
  assert.equal(session.answered({ t: "error", seq: 1, code: "bad-message", message: "" }, 0), null, "it is about no request");
});

test("of the server's messages each counts once, and none may be missing before it", () => {
  const session = new Session();
  assert.deepEqual([session.take(1), session.take(1), session.take(3), session.take(2)], ["next", "known", "gap", "next"]);
  assert.equal(session.seen, 2);
});

test("it is resumed by its token, with what has come by then", () => {
  const session = new Session();
  assert.equal(session.resume, null);
  session.begun("token");
  session.take(1);
  assert.deepEqual(session.resume, { token: "token", seen: 1 });
});

test("after a resume only what the server did not get is sent again", () => {
  const session = new Session();
  for (const ticket of [1, 2, 3]) session.ask(asking(ticket));
  session.answered(answer(3), 0);
  assert.deepEqual(session.unreceived(1).map(({ id }) => id), [2]);
});

test("what is refused for now waits to be asked again, unless it takes too long or the server is not to be asked", () => {
  const session = new Session();
  for (const until of [10, 2, 10]) session.ask(asking(until, until));
  assert.equal(session.answered(refusal(1, true), 0), null);
  assert.equal(session.answered(refusal(2, true), 0)?.ticket, 2);
  assert.equal(session.answered(refusal(3, false), 0)?.ticket, 10);
  assert.equal(session.repeating.wakeAt(), 3);
});

test("with the session all is lost that waits for an answer, or to be asked again", () => {
  const session = new Session();
  for (const ticket of [1, 2, 3]) session.ask(asking(ticket, 9));
  session.answered(answer(1), 0);
  session.answered(refusal(2, true), 0);
  assert.deepEqual(session.unanswered().map(({ ticket }) => ticket), [3, 2]);
});
