/** Standing of contacts, their names, and the list of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ContactBook, type ContactKeeper, MET_MAX } from "../../src/contacts/book.ts";
import { type Change, type Contact, called, changed, mayCall, metAgain, type Standing, tokensOf, TRANSITIONS } from "../../src/contacts/contact.ts";
import { clean, fold, NAME_CHARS, Names } from "../../src/contacts/naming.ts";
import { callToken } from "../../src/secure/contact.ts";
import { shortName } from "../../src/secure/code.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import { peerId } from "../../src/secure/identity.ts";

const bytes = (fill: number): Bytes => new Uint8Array(32).fill(fill);
const keyOf = (number: number): Bytes => Uint8Array.from({ length: 32 }, (_, at) => (at < 2 ? (number >> (8 * at)) & 255 : 7));

const contact = (number: number, name: string, more: Partial<Contact> = {}): Contact => {
  const key = keyOf(number);
  return { id: peerId(key), key, secret: bytes(1), before: null, name, standing: "ask", met: 1, seen: 1, ...more };
};

test("what a person does leads where it says, and adding takes no block back", () => {
  const lead = (change: Change): readonly Standing[] => (Object.keys(TRANSITIONS) as Standing[]).map((standing) => changed(contact(1, "Ada", { standing }), change).standing);
  assert.deepEqual(lead("add"), ["ask", "ask", "always", "blocked"]);
  assert.deepEqual(lead("ask"), ["ask", "ask", "ask", "ask"]);
  assert.deepEqual(lead("allow"), ["always", "always", "always", "always"]);
  assert.deepEqual(lead("block"), ["blocked", "blocked", "blocked", "blocked"]);
  assert.deepEqual((Object.keys(TRANSITIONS) as Standing[]).filter((standing) => mayCall({ standing })), ["ask", "always"]);
});

test("the secret of before is good until the new one was used", () => {
  const first = contact(1, "Ada");
  const again = metAgain(metAgain(first, bytes(2), 5), bytes(3), 6);
  assert.deepEqual([again.secret, again.before, again.met, again.seen], [bytes(3), bytes(1), 6, 6]);
  assert.deepEqual(tokensOf(again, bytes(9)), [3, 1].map((fill) => ({ token: callToken(bytes(fill), bytes(9)), secret: bytes(fill) })));
  assert.deepEqual([called(again, bytes(1), 7).before, called(again, bytes(3), 8).before], [bytes(1), null]);
  assert.deepEqual(tokensOf(first, bytes(9)).length, 1);
});

test("names are cleaned, and each is the only one", () => {
  assert.equal(clean("  Ada\u202e\n  Love\tlace "), "Ada Love lace");
  assert.equal(clean("e\u0301"), "é");
  assert.equal(clean("a".repeat(99)).length, NAME_CHARS);
  assert.equal(clean(`${"a".repeat(NAME_CHARS - 1)}😀`), "a".repeat(NAME_CHARS - 1));
  const names = new Names();
  names.keep([contact(1, "Ada"), contact(2, "ada 2"), contact(3, "b".repeat(NAME_CHARS))]);
  const { id } = contact(4, "");
  assert.equal(names.free(id, "ＡＤＡ"), "ＡＤＡ 3");
  assert.equal(names.free(id, "\u200b"), shortName(id));
  assert.equal(names.free(id, shortName(peerId(keyOf(1))).toLowerCase()).endsWith(" 2"), true);
  assert.equal(names.free(id, "b".repeat(NAME_CHARS)), `${"b".repeat(NAME_CHARS - 2)} 2`);
  assert.equal(fold(" Straße—of__ADA "), "strasse—of ada");
});

test("a name is free again when nobody has it any more, and one's own always is", () => {
  const names = new Names();
  const [ada, bob] = [contact(1, "Ada"), contact(2, "Bob")];
  names.keep([ada, bob]);
  assert.deepEqual([names.free(ada.id, "ada"), names.free(bob.id, "ada")], ["ada", "ada 2"]);
  names.put({ ...ada, name: shortName(ada.id) });
  assert.deepEqual([names.free(bob.id, "Ada"), names.free(bob.id, shortName(ada.id))], ["Ada", `${shortName(ada.id)} 2`]);
  names.keep([bob]);
  names.remove(ada.id);
  assert.equal(names.free(bob.id, shortName(ada.id)), shortName(ada.id));
});

test("whoever is met costs as much when many are known as when few are", (context) => {
  const normalize = context.mock.method(String.prototype, "normalize");
  const book = new ContactBook();
  const meet = (from: number, to: number): number => {
    normalize.mock.resetCalls();
    for (let number = from; number < to; number += 1) book.met(keyOf(number), bytes(1), `peer ${number}`);
    return normalize.mock.callCount();
  };
  assert.equal(meet(0, 50), meet(500, 550));
});

function keeping(): { readonly keeper: ContactKeeper; readonly kept: Map<string, Contact> } {
  const kept = new Map<string, Contact>();
  const put = async (each: Contact): Promise<void> => void kept.set(each.id, each);
  return { kept, keeper: { put, remove: async (id) => void kept.delete(id), all: async () => [...kept.values()] } };
}

test("whoever is met is remembered, and becomes what the person says", async () => {
  const { keeper, kept } = keeping();
  let time = 10;
  const book = new ContactBook(keeper, [], () => (time += 1));
  book.met(keyOf(1), bytes(1), "Ada");
  book.met(keyOf(2), bytes(2), "Ada");
  book.met(keyOf(1), bytes(3), "Somebody else");
  const [ada, other] = [peerId(keyOf(1)), peerId(keyOf(2))];
  assert.deepEqual(book.all.value.map(({ name, standing }) => [name, standing]), [["Ada", "met"], ["Ada 2", "met"]]);
  assert.deepEqual([book.find(ada)?.secret, book.find(ada)?.before], [bytes(3), bytes(1)]);
  book.called(ada, bytes(3));
  book.change(ada, "add");
  book.rename(other, "Zoe");
  book.rename(other, "");
  book.change("nobody", "add");
  assert.deepEqual([book.find(ada)?.before, book.find(ada)?.standing, book.find(other)?.name], [null, "ask", shortName(other)]);
  await book.refresh();
  assert.deepEqual([...kept.values()].map(({ id, standing }) => [id, standing]), [[ada, "ask"], [other, "met"]]);
  book.remove(other);
  await book.refresh();
  assert.deepEqual([[...kept.keys()], book.all.value.length, book.find(other)], [[ada], 1, null]);
});

test("what another page has changed shows when one looks", async () => {
  const { keeper, kept } = keeping();
  const book = new ContactBook(keeper, [contact(1, "Ada", { before: bytes(4) }), contact(2, "Ada")]);
  const [first, second] = book.all.value as readonly [Contact, Contact];
  assert.ok(first.id < second.id);
  let changes = -1;
  book.all.watch(() => void (changes += 1));
  for (const each of book.all.value) kept.set(each.id, { ...each, seen: 99 });
  await book.refresh();
  assert.equal(changes, 0);
  kept.set(first.id, changed(first, "block"));
  await book.refresh();
  assert.deepEqual([changes, book.find(first.id)?.standing], [1, "blocked"]);
});

test("of those who were only met, no more are remembered than a person would look for", () => {
  let time = 0;
  const book = new ContactBook(null, [contact(5000, "Friend", { seen: 0 })], () => (time += 1));
  for (let number = 0; number <= MET_MAX; number += 1) book.met(keyOf(number), bytes(1), `n${number}`);
  assert.deepEqual([book.all.value.length, book.find(peerId(keyOf(0))), book.find(peerId(keyOf(5000)))?.name], [MET_MAX + 1, null, "Friend"]);
});

test("whom the person does not want remembered is forgotten with the page, unless something is made of them", async () => {
  const { keeper, kept } = keeping();
  const book = new ContactBook(keeper);
  book.met(keyOf(1), bytes(1), "Ada", false);
  book.met(keyOf(2), bytes(1), "Bob", false);
  book.met(keyOf(3), bytes(1), "Zoe", false);
  book.met(keyOf(3), bytes(2), "Zoe", true);
  book.change(peerId(keyOf(1)), "add");
  book.met(keyOf(1), bytes(2), "Ada", false);
  await book.refresh();
  assert.deepEqual([...kept.values()].map(({ name, secret }) => [name, secret]).sort(), [["Ada", bytes(2)], ["Zoe", bytes(2)]]);
  assert.deepEqual(book.all.value.map(({ name }) => name), ["Ada", "Bob", "Zoe"]);
  book.forgetMet();
  await book.refresh();
  assert.deepEqual([book.all.value.map(({ name }) => name), [...kept.values()].map(({ name }) => name)], [["Ada"], ["Ada"]]);
});

test("what cannot be kept lasts as long as the page", async () => {
  const fail = (): Promise<never> => Promise.reject(new Error("full"));
  const book = new ContactBook({ put: fail, remove: fail, all: fail });
  book.met(keyOf(1), bytes(1), "Ada");
  await book.refresh();
  assert.equal(book.all.value.length, 1);
});
