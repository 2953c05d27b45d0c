/** The spaces of this browser, and where they are kept. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeProblem } from "../../src/secure/code.ts";
import { SpaceBook, type SpaceKeeper, SPACES_MAX } from "../../src/spaces/book.ts";
import type { Space } from "../../src/spaces/space.ts";

const space = (name: string, byte: number): Space => ({ name, key: new Uint8Array(32).fill(byte), since: byte });
const names = (book: SpaceBook): readonly string[] => book.all.value.map(({ name }) => name);

class Shelf implements SpaceKeeper {
  readonly kept = new Map<string, Space>();

  async put(each: Space): Promise<void> {
    this.kept.set(each.name, each);
  }

  async remove(name: string): Promise<void> {
    this.kept.delete(name);
  }

  async all(): Promise<readonly Space[]> {
    return [...this.kept.values()];
  }
}

test("a space is joined once, and a name that another one has gets a number", async () => {
  const shelf = new Shelf();
  const book = new SpaceBook(shelf);
  assert.equal(book.join(space("Work", 1)).name, "Work");
  assert.equal(book.join(space("family", 2)).name, "family");
  assert.equal(book.join(space("Family", 3)).name, "Family (2)");
  assert.equal(book.join(space("Other", 1)).name, "Work");
  assert.deepEqual(names(book), ["family", "Family (2)", "Work"]);
  assert.deepEqual([book.named("Work")?.since, book.named("work"), book.like(space("x", 2))?.name, book.like(space("x", 9))], [1, null, "family", null]);
  book.leave("family");
  await book.refresh();
  assert.deepEqual([names(book), [...shelf.kept.keys()].sort()], [["Family (2)", "Work"], ["Family (2)", "Work"]]);
});

test("a space that is made here has a name of its own", () => {
  const book = new SpaceBook();
  const key = new Uint8Array(32).fill(4);
  assert.deepEqual(book.create(" Family  tree ", key, 9), { name: "Family tree", key, since: 9 });
  for (const name of ["family TREE", " ", "contacts"]) assert.throws(() => book.create(name, key, 9), CodeProblem, name);
  assert.deepEqual(names(book), ["Family tree"]);
});

test("what another page has changed is learnt", async () => {
  const shelf = new Shelf();
  const [one, other] = [new SpaceBook(shelf), new SpaceBook(shelf)];
  one.join(space("Family", 1));
  await one.refresh();
  await other.refresh();
  assert.deepEqual(names(other), ["Family"]);
});

test("where nothing can be kept they last as long as the page", async () => {
  const broken: SpaceKeeper = { put: () => Promise.reject(new Error("full")), remove: () => Promise.reject(new Error("full")), all: () => Promise.reject(new Error("gone")) };
  for (const book of [new SpaceBook(), new SpaceBook(broken, [space("B", 2), space("A", 1)])]) {
    book.join(space("Family", 7));
    await book.refresh();
    assert.ok(names(book).includes("Family"));
  }
});

test("nobody is in more than so many", () => {
  const book = new SpaceBook(null, Array.from({ length: SPACES_MAX }, (_, at) => space(`s${at}`, at)));
  assert.throws(() => book.join(space("one more", 200)), CodeProblem);
  assert.equal(book.join(space("known", 5)).name, "s5");
});
