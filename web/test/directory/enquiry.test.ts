/** Questions to the directory as a person types: what is asked when, and which answers count. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Enquiry, HOLD_S, type Stage, TRANSITIONS } from "../../src/directory/enquiry.ts";

interface Pages {
  readonly items: string;
  readonly more: boolean;
}

const PAUSE = 0.15;

/** An enquiry that asked for `query` at time 0, and the ticket of the question. */
function asking(query = "a"): readonly [Enquiry<string, Pages>, number] {
  const enquiry = new Enquiry<string, Pages>(PAUSE);
  enquiry.want(query, 0);
  const [question] = enquiry.tick(PAUSE);
  return [enquiry, question?.ticket ?? assert.fail()];
}

test("a question waits until the person has been still, and is asked once", () => {
  const enquiry = new Enquiry<string, Pages>(PAUSE);
  assert.equal(enquiry.deadline, null);
  enquiry.want("m", 1);
  enquiry.want("ma", 1.1);
  assert.equal(enquiry.deadline, 1.1 + PAUSE);
  assert.deepEqual(enquiry.tick(1.2), []);
  assert.deepEqual(enquiry.tick(1.3).map(({ query, before }) => [query, before]), [["ma", null]]);
  assert.deepEqual([enquiry.deadline, enquiry.tick(2), enquiry.stage], [null, [], "asking"]);
});

test("an answer is shown until another comes, and said to be of an older question meanwhile", () => {
  const [enquiry, ticket] = asking();
  enquiry.answered(ticket, { items: "1", more: false });
  assert.deepEqual([enquiry.stage, enquiry.answer?.items, enquiry.isCurrent], ["shown", "1", true]);
  enquiry.want("ab", 1);
  assert.deepEqual([enquiry.stage, enquiry.answer?.items, enquiry.isCurrent], ["waiting", "1", false]);
  assert.equal(enquiry.tick(2)[0]?.before, null);
});

test("an answer that comes too late is dropped, as is a refusal", () => {
  const [enquiry, ticket] = asking();
  enquiry.want("ab", 1);
  enquiry.answered(ticket, { items: "stale", more: false });
  enquiry.refused(ticket, false, 1);
  assert.deepEqual([enquiry.stage, enquiry.answer], ["waiting", null]);
  const [question] = enquiry.tick(2);
  enquiry.answered(ticket, { items: "stale", more: false });
  assert.equal(enquiry.stage, "asking");
  enquiry.answered(question?.ticket ?? 0, { items: "fresh", more: false });
  assert.equal(enquiry.answer?.items, "fresh");
});

test("whoever clears it sees nothing, and nothing is asked", () => {
  const [enquiry, ticket] = asking();
  enquiry.answered(ticket, { items: "1", more: true });
  enquiry.want(null, 1);
  assert.deepEqual([enquiry.stage, enquiry.answer, enquiry.deadline, enquiry.tick(9), enquiry.more()], ["blank", null, null, [], []]);
});

test("more is asked for after what is there, where there is more", () => {
  const [enquiry, ticket] = asking();
  assert.deepEqual(enquiry.more(), []);
  const first = { items: "1", more: true };
  enquiry.answered(ticket, first);
  const [question] = enquiry.more();
  assert.deepEqual([question?.query, question?.before], ["a", first]);
  enquiry.answered(question?.ticket ?? 0, { items: "12", more: false });
  assert.deepEqual([enquiry.answer?.items, enquiry.more()], ["12", []]);
});

test("a server that is busy is asked again, for the same page", () => {
  const [enquiry, ticket] = asking();
  enquiry.refused(ticket, true, 1);
  assert.deepEqual([enquiry.stage, enquiry.deadline], ["held", 1 + HOLD_S]);
  enquiry.want("a", 1);
  enquiry.refused(enquiry.tick(2)[0]?.ticket ?? 0, true, 2, 7);
  assert.equal(enquiry.deadline, 9);
  const [again] = enquiry.tick(9);
  enquiry.answered(again?.ticket ?? 0, { items: "1", more: true });
  const [more] = enquiry.more();
  enquiry.refused(more?.ticket ?? 0, true, 3);
  assert.equal(enquiry.tick(3 + HOLD_S)[0]?.before?.items, "1");
});

test("what cannot be answered is over until the person wants something else; what was here of it stays", () => {
  const [enquiry, ticket] = asking();
  enquiry.answered(ticket, { items: "1", more: true });
  enquiry.refused(enquiry.more()[0]?.ticket ?? 0, false, 1);
  assert.deepEqual([enquiry.stage, enquiry.answer?.items], ["failed", "1"]);
  enquiry.want("b", 2);
  enquiry.refused(enquiry.tick(3)[0]?.ticket ?? 0, false, 3);
  assert.deepEqual([enquiry.stage, enquiry.answer], ["failed", null]);
});

test("what the table does not allow is a fault of the program", () => {
  const stages = Object.keys(TRANSITIONS) as readonly Stage[];
  assert.ok(stages.every((stage) => TRANSITIONS[stage].want === "waiting" && TRANSITIONS[stage].clear === "blank"));
  const [enquiry, ticket] = asking();
  const broken = TRANSITIONS.asking as { answer?: Stage };
  const { answer } = broken;
  delete broken.answer;
  assert.throws(() => enquiry.answered(ticket, { items: "", more: false }), /answer cannot happen when asking/);
  if (answer !== undefined) broken.answer = answer;
});
