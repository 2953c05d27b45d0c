/** Names that look like others, and whom they are taken for: the same as in pypeer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Standing } from "../../src/contacts/contact.ts";
import { isMixed, skeleton } from "../../src/contacts/lookalike.ts";
import { Likeness, ofContacts } from "../../src/contacts/marking.ts";
import { vectors } from "../vectors.ts";

interface Vectors {
  readonly names: readonly { readonly name: string; readonly skeleton: string; readonly mixed: boolean }[];
  readonly contacts: readonly { readonly peer: string; readonly short: string; readonly name: string; readonly standing: Standing; readonly imitated: readonly string[] }[];
  readonly claims: readonly { readonly name: string; readonly peer: string; readonly alike: readonly string[] }[];
}

const { names, contacts, claims } = vectors<Vectors>("lookalikes");
const known = contacts.map(({ peer: id, short, name, standing }) => ({ id, short, name, standing }));

test("what looks alike does so here as there", () => {
  for (const each of names) assert.deepEqual([skeleton(each.name), isMixed(each.name)], [each.skeleton, each.mixed], each.name);
});

test("names of those who were met are compared with all others", () => {
  const likeness = new Likeness(known);
  for (const { name, peer, imitated } of contacts) assert.deepEqual(likeness.of(name, peer), imitated, name);
});

test("whoever looks like a contact and is another is marked", () => {
  const likeness = ofContacts(known);
  for (const { name, peer, alike } of claims) assert.deepEqual(likeness.of(name, peer), alike, name);
  assert.ok(claims.some(({ alike }) => alike.length > 0));
});
