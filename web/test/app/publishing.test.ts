/** A library that moves, is lost and ends while the server answers in its own time; and for whom it is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type AudienceEvents, follow } from "../../src/app/audience.ts";
import { ContactsDirectory } from "../../src/app/contacts_directory.ts";
import type { Peer } from "../../src/app/peer.ts";
import { Teller } from "../../src/app/teller.ts";
import { ContactBook } from "../../src/contacts/book.ts";
import type { Contact, Standing } from "../../src/contacts/contact.ts";
import { PeerError } from "../../src/errors.ts";
import { type Bytes, toBase64url } from "../../src/secure/encoding.ts";
import { SpaceBook } from "../../src/spaces/book.ts";
import { Boxes } from "../../src/spaces/boxes.ts";
import { SpaceKeys } from "../../src/spaces/keys.ts";
import { OwnSpace } from "../../src/spaces/own.ts";
import { inSpace, inTheOpen, type Place } from "../../src/spaces/place.ts";
import { keyBoxes } from "../../src/spaces/shelf.ts";
import { handleOf } from "../../src/directory/answers.ts";

const filled = (byte: number): Bytes => new Uint8Array(32).fill(byte);
const ABOUT = { name: "Photos", description: "", asks: false, reach: null };
const ME = filled(9);

type Said = Record<string, unknown> & { readonly t: string };

/** A server whose answers the test gives, and a clock that it moves. */
class Server {
  readonly said: Said[] = [];
  readonly timers: (() => void)[] = [];
  readonly #waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  /** Answers at once, where it gives anything. */
  always: (request: Said) => unknown = () => undefined;

  readonly client = {
    ask: (request: Said): Promise<unknown> => {
      this.said.push(request);
      const answer = this.always(request);
      if (answer !== undefined) return Promise.resolve(answer);
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    },
    post: (request: Said): void => void this.said.push(request),
  };

  readonly timer = (_: number, callback: () => void): (() => void) => {
    this.timers.push(callback);
    return () => undefined;
  };

  async answer(answer: unknown): Promise<void> {
    const [first] = this.#waiting.splice(0, 1);
    if (answer instanceof Error) first?.reject(answer);
    else first?.resolve(answer);
    await settled();
  }

  get kinds(): readonly string[] {
    return this.said.map(({ t }) => t);
  }

  peer(more: Partial<Peer> = {}): Peer {
    return { client: this.client, timer: this.timer, identity: { key: ME }, spaceBook: new SpaceBook(), contactBook: new ContactBook(), ownSpace: new OwnSpace(), ...more } as unknown as Peer;
  }
}

/** All that can go on without the server, and without sealing, has gone on. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

/** Until something is so: what is sealed, in threads, is ready when it is. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await settled();
}

const contact = (name: string, byte: number, standing: Standing = "ask"): Contact => ({ id: name, key: filled(byte), secret: filled(byte + 100), before: null, name, standing, met: 0, seen: 0 });
const published = (library: string): unknown => ({ t: "published", seq: 1, re: 1, library, most: 100 });
const busy = new PeerError("rate-limited", "Later.", true);
const FILE = { path: "a/blue.txt", size: 1, root: toBase64url(filled(3)) };

function telling(server: Server): { readonly teller: Teller; readonly failed: unknown[] } {
  const failed: unknown[] = [];
  return { failed, teller: new Teller(server.peer(), { onNews: () => undefined, onFailed: (error) => failed.push(error) }) };
}

test("a library that moves is taken back where it was, and all of it is told where it is", async () => {
  const server = new Server();
  const { teller } = telling(server);
  teller.move(inTheOpen(ABOUT));
  await server.answer(published("first"));
  teller.put(FILE);
  teller.complete();
  await settled();
  await server.answer({ t: "ok" });
  assert.equal(teller.told.told, 1);
  const sealed = await inSpace(filled(1), ME, ABOUT);
  teller.move(sealed);
  assert.deepEqual([teller.library, server.said.at(-2)], [null, { t: "withdraw", library: "first" }]);
  await server.answer(published("second"));
  await until(() => server.kinds.at(-1) === "sealed-announce");
  const { library, files, whole } = server.said.at(-1) as Said;
  assert.deepEqual([library, (files as unknown[]).length, whole, teller.library], ["second", 1, true, "second"]);
  assert.ok(!JSON.stringify(server.said.slice(3)).includes("blue"), "sealed");
});

test("what is published too late is taken back, and told to nobody", async () => {
  const server = new Server();
  const { teller } = telling(server);
  teller.put(FILE);
  teller.move(inTheOpen(ABOUT));
  teller.move(await inSpace(filled(1), ME, ABOUT));
  await server.answer(published("first"));
  assert.deepEqual(server.kinds, ["publish", "sealed-publish", "withdraw"]);
  teller.close();
  await server.answer(published("second"));
  assert.deepEqual([server.said.at(-1), teller.library], [{ t: "withdraw", library: "second" }, null]);
});

test("a lost session is told everything anew, and a busy server is asked again", async () => {
  const server = new Server();
  const { teller, failed } = telling(server);
  teller.put(FILE);
  teller.move(inTheOpen(ABOUT));
  await server.answer(published("first"));
  assert.deepEqual(server.kinds, ["publish", "announce"]);
  await server.answer({ t: "ok" });
  teller.lost();
  await server.answer(busy);
  for (const each of server.timers.splice(0)) each();
  await server.answer(published("second"));
  assert.deepEqual([server.kinds, server.said.at(-1)?.["library"], failed], [["publish", "announce", "publish", "publish", "announce"], "second", []]);
});

test("a server that knows nothing sealed is named, and nothing is published", async () => {
  const server = new Server();
  const { teller, failed } = telling(server);
  teller.move(await inSpace(filled(1), ME, ABOUT));
  await server.answer(new PeerError("unknown-type", "sealed-publish", false));
  assert.match(String(failed[0]), /its operator has to update it/);
});

/** What becomes of a library for these. */
function following(server: Server, more: Partial<Peer>, to: Parameters<typeof follow>[1]): { readonly places: Place[]; readonly ends: unknown[]; readonly stop: () => void } {
  const [places, ends]: [Place[], unknown[]] = [[], []];
  const events: AudienceEvents = { onPlace: (place) => places.push(place), onFailed: (error) => ends.push(error), onLeft: () => ends.push("left") };
  return { places, ends, stop: follow(server.peer(more), to, ABOUT, events) };
}

test("a library for contacts moves when one goes, and the key with it", async () => {
  const server = new Server();
  server.always = () => ({ t: "keyring", seq: 1, re: 1 });
  const contactBook = new ContactBook(null, [contact("ada", 1), contact("bob", 2, "met")]);
  const { places, ends, stop } = following(server, { contactBook }, { kind: "contacts" });
  const spaceOf = (at: number): unknown => (places[at]?.publish as unknown as Said)["space"];
  const boxesOf = (at: number): number => ((places[at]?.publish as unknown as Said)["keys"] as unknown[] | undefined)?.length ?? 0;
  await until(() => places.length === 1);
  assert.deepEqual([server.said, boxesOf(0)], [[{ t: "keys" }], 1]);
  contactBook.change("bob", "add");
  await until(() => places.length === 2);
  assert.deepEqual([spaceOf(1), boxesOf(1)], [spaceOf(0), 2]);
  contactBook.rename("bob", "Robert");
  contactBook.change("ada", "block");
  await until(() => places.length === 3);
  assert.notEqual(spaceOf(2), spaceOf(1));
  assert.equal(boxesOf(2), 1);
  stop();
  contactBook.remove("bob");
  await settled();
  assert.deepEqual([places.length, ends, server.said.length], [3, [], 1]);
});

test("a server that knows no keys takes no library for contacts, and a busy one is asked again", async () => {
  const server = new Server();
  const { places, ends } = following(server, {}, { kind: "contacts" });
  await server.answer(busy);
  for (const each of server.timers.splice(0)) each();
  await server.answer(new PeerError("unknown-type", "keys", false));
  assert.deepEqual([server.kinds, places], [["keys", "keys"], []]);
  assert.match(String(ends[0]), /Nothing was published/);
});

test("a library in a space ends when the space is left", async () => {
  const spaceBook = new SpaceBook(null, [{ name: "Family", key: filled(1), since: 0 }]);
  const { places, ends } = following(new Server(), { spaceBook }, { kind: "space", space: "Family" });
  await until(() => places.length === 1);
  spaceBook.leave("Family");
  assert.deepEqual(ends, ["left"]);
  const late = following(new Server(), { spaceBook }, { kind: "space", space: "Family" });
  late.stop();
  assert.deepEqual([(late.ends[0] as PeerError).code, late.places], ["no-space", []]);
  assert.equal(following(new Server(), {}, { kind: "everyone" }).places.length, 1);
});

test("what contacts share is looked for in the space of each, and is gone with the contact", async () => {
  const [ada, bob] = [contact("ada", 1), contact("bob", 2)];
  const [adas, bobs] = [new SpaceKeys(filled(21)), new SpaceKeys(filled(22))];
  const boxes = [...(await keyBoxes([ada], ada.key, adas.key)), ...(await keyBoxes([bob], bob.key, bobs.key))];
  const server = new Server();
  const answers = new Map<unknown, unknown>();
  for (const [keys, owner] of [[adas, ada], [bobs, bob]] as const) {
    const sealing = new Boxes(keys, owner.key);
    const shelf = { library: owner.name.repeat(6), peer: toBase64url(owner.key), box: await sealing.library({ name: `${owner.name}'s`, description: "" }) };
    const hit = { tag: keys.fileTag(handleOf(filled(3))), box: await sealing.file({ folder: "", name: "blue.txt", size: 1, root: FILE.root }), sources: [0], count: 1 };
    answers.set(`sealed-search ${keys.tag}`, { hits: [hit], libraries: [shelf] });
    answers.set(`sealed-peers ${keys.tag}`, { libraries: [shelf] });
  }
  server.always = (request) => (request.t === "keys" ? { keys: boxes } : answers.get(`${request.t} ${String(request["space"])}`));
  const contactBook = new ContactBook(null, [ada, bob, contact("met", 3, "met")]);
  const directory = new ContactsDirectory(server.peer({ contactBook }));
  const found = await directory.search({ t: "search", words: "blue" }, null);
  assert.deepEqual([found.files.map(({ name, count, sources }) => [name, count, sources.map(({ owner, space }) => [owner.name, space])]), found.more], [[["blue.txt", 2, [["ada", "contacts"], ["bob", "contacts"]]]], false]);
  assert.equal((await directory.search({ t: "search", words: "blue" }, found)).files.length, 1);
  assert.equal(server.kinds.filter((kind) => kind === "keys").length, 1);
  const { libraries } = await directory.people();
  assert.deepEqual(libraries.map(({ name }) => name), ["ada's", "bob's"]);
  const hers = libraries[0] ?? assert.fail();
  const ofAda = { ...hers, owner: { ...hers.owner, id: "ada" } };
  assert.equal(directory.password(ofAda), adas.password("ada".repeat(6)));
  contactBook.change("ada", "block");
  assert.throws(() => directory.password(ofAda), /no contact of yours any more/);
  assert.deepEqual((await directory.people()).libraries.map(({ name }) => name), ["bob's"]);
});
