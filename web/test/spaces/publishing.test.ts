/** What a page tells the server of what it publishes, for everybody, in a space, and for contacts: as the Python twin tells it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contact, Standing } from "../../src/contacts/contact.ts";
import type { FoundFile, LibraryInfo } from "../../src/directory/answers.ts";
import { OPENLY, type PublicFile } from "../../src/directory/forms.ts";
import { KEY_BOXES, MESSAGE_BYTES } from "../../src/gen/signaling_constants.ts";
import { type Bytes, fromBase64url, toBase64url } from "../../src/secure/encoding.ts";
import { Boxes, boxChars } from "../../src/spaces/boxes.ts";
import { Sealed } from "../../src/spaces/form.ts";
import { SpaceKeys } from "../../src/spaces/keys.ts";
import { merged } from "../../src/spaces/merging.ts";
import { type OwnKey, OwnSpace } from "../../src/spaces/own.ts";
import { type About, inSpace, inTheOpen, type Place } from "../../src/spaces/place.ts";
import { asked, keyBoxes, openedShelves, openKey, sealKey, shelfToken, turned } from "../../src/spaces/shelf.ts";
import { vectors } from "../vectors.ts";

interface Vectors {
  readonly key: string;
  readonly boxes: { readonly owner: string; readonly nonce: string };
  readonly shelf: { readonly secret: string; readonly token: string; readonly box: string };
  readonly files: readonly { readonly root: string }[];
  readonly publishing: {
    readonly about: About;
    readonly plain: About;
    readonly files: readonly { readonly path: string; readonly size: number }[];
    readonly published: Readonly<Record<"open" | "openPlain" | "sealed" | "forContacts", unknown>>;
    readonly announced: Readonly<Record<"open" | "sealed", unknown>>;
    readonly passwords: Readonly<Record<"open" | "openPlain" | "sealed" | "forContacts", string>>;
  };
}

const known = vectors<Vectors>("spaces");
const { about, plain, files, published, announced, passwords } = known.publishing;
const bytes = (text: string): Bytes => fromBase64url(text) as Bytes;
const [key, owner, secret] = [bytes(known.key), bytes(known.boxes.owner), bytes(known.shelf.secret)];
const fixed = (): Bytes => bytes(known.boxes.nonce);
const ROOT = toBase64url(Buffer.from(known.files[0]?.root ?? "", "hex"));

const contact = (name: string, byte: number, standing: Standing = "ask", before: number | null = null): Contact => {
  const filled = (each: number): Bytes => new Uint8Array(32).fill(each);
  return { id: name, key: filled(byte), secret: filled(byte + 100), before: before === null ? null : filled(before), name, standing, met: 0, seen: 0 };
};

test("libraries are begun as the twin begins them, and asked with the same password", async () => {
  const places: Readonly<Record<keyof typeof published, Place>> = {
    open: inTheOpen(about),
    openPlain: inTheOpen(plain),
    sealed: await inSpace(key, owner, plain, [], fixed),
    forContacts: await inSpace(key, owner, about, [[known.shelf.token, known.shelf.box]], fixed),
  };
  for (const name of Object.keys(places) as (keyof typeof published)[]) {
    assert.deepEqual(places[name].publish, published[name], name);
    assert.equal(places[name].password("3L7UB-PmtgW5noMG"), passwords[name], name);
  }
});

test("files are announced as the twin announces them", async () => {
  const numbered = files.map((file, number): readonly [number, PublicFile] => [number, { ...file, root: ROOT }]);
  for (const [form, told] of [[OPENLY, announced.open], [(await inSpace(key, owner, plain, [], fixed)).form, announced.sealed]] as const) {
    const { added, say } = form.fill(numbered, 99);
    assert.deepEqual(added, [0, 1, 2, 3, 4]);
    assert.deepEqual(await say("3L7UB-PmtgW5noMG", [7, 9], true), told);
    assert.deepEqual(form.fill(numbered, 2).added, [0, 1]);
  }
});

test("a sealed message is as full as it can be", async () => {
  const keys = new SpaceKeys(key);
  const form = new Sealed(keys, new Boxes(keys, owner));
  const many = Array.from({ length: 1000 }, (_, at): readonly [number, PublicFile] => [at, { path: `d${at % 9}/${"naïve words ".repeat(at % 5)}${at}.jpg`, size: at, root: ROOT }]);
  const { added, say } = form.fill(many, 1000);
  const size = new TextEncoder().encode(JSON.stringify({ ...(await say("l".repeat(32), [], false)), id: 2 ** 53 })).length;
  assert.ok(size <= MESSAGE_BYTES && size > 0.96 * MESSAGE_BYTES, `${size} of ${added.length}`);
  assert.equal(boxChars({ folder: "", name: "a", size: 1, root: ROOT }), 123);
});

test("the key comes to contacts in the boxes of the twin", async () => {
  assert.equal(shelfToken(secret, owner), known.shelf.token);
  assert.equal(await sealKey(secret, owner, key, fixed), known.shelf.box);
  assert.deepEqual(await openKey(secret, owner, known.shelf.box), key);
  assert.notEqual(await sealKey(secret, owner, key), await sealKey(secret, owner, key));
  const short = await sealKey(secret, owner, key.slice(1));
  for (const wrong of [known.shelf.box.slice(2), "", "!", short]) assert.equal(await openKey(secret, owner, wrong), null);
  assert.equal(await openKey(key, owner, known.shelf.box), null);
  assert.equal(await openKey(secret, key, known.shelf.box), null);
});

test("each contact that may call gets a box under each secret, and finds it", async () => {
  const [ada, bob] = [contact("ada", 1, "ask", 50), contact("bob", 2, "always")];
  const boxes = await keyBoxes([contact("met", 3, "met"), contact("out", 4, "blocked"), ada, bob], owner, key);
  assert.deepEqual(boxes.map(([token]) => token), [ada.secret, bob.secret, ada.before as Bytes].map((each) => shelfToken(each, owner)));
  const we = { ...contact("we", 9), key: owner };
  for (const [mine, isOpen] of [[bob.secret, true], [ada.before as Bytes, true], [bytes(known.key), false]] as const) {
    const found = await openedShelves(boxes, asked([{ ...we, secret: mine }]));
    assert.deepEqual([...found].map(([id, each]) => [id, each.key]), isOpen ? [["we", key]] : []);
  }
  const both = asked([{ ...we, secret: bob.secret, before: ada.secret }]);
  assert.deepEqual([both.size, (await openedShelves(boxes, both)).size], [2, 1]);
  assert.equal(asked([{ ...we, standing: "blocked" }]).size, 0);
  const crowd = Array.from({ length: 200 }, (_, at) => contact(`c${at}`, at % 100, "ask", at % 90));
  assert.equal((await keyBoxes(crowd, owner, key)).length, KEY_BOXES);
});

test("the key is another once somebody who had it is no contact any more", () => {
  const make = (): Bytes => owner;
  assert.equal(turned(null, [], ["a"], make), owner);
  assert.equal(turned(key, ["a"], ["b", "a"], make), key);
  assert.equal(turned(key, ["a", "b"], ["a"], make), owner);
});

test("it is kept, and where it cannot be, nobody has ever had it", async () => {
  let kept: OwnKey | null = null;
  const own = new OwnSpace((next) => Promise.resolve((kept = next(kept))));
  const [ada, bob] = [contact("ada", 1), contact("bob", 2)];
  const first = await own.keyFor([ada, bob, contact("met", 3, "met")]);
  assert.deepEqual(kept, { key: first, given: ["ada", "bob"] });
  assert.equal(await own.keyFor([ada, bob, contact("carol", 4)]), first);
  assert.notDeepEqual(await own.keyFor([ada, { ...bob, standing: "blocked" }]), first);
  for (const without of [new OwnSpace(), new OwnSpace(() => Promise.reject(new Error("full")))]) {
    const fresh = await without.keyFor([ada, bob]);
    assert.notDeepEqual(fresh, first);
    assert.equal(await without.keyFor([ada, bob]), fresh);
    assert.notDeepEqual(await without.keyFor([ada]), fresh);
  }
});

test("what several share is listed by turns, and once", () => {
  const library = (name: string): LibraryInfo => ({ library: name, owner: { id: name, short: "", name: "" }, name, description: "", asks: false, reach: null, files: 1, bytes: 0, isWhole: true, isAway: false });
  const file = (root: string, of: string): FoundFile => ({ root, handle: "", name: root, folder: "", size: 1, kind: "text", sources: [library(of)], count: 1 });
  const list = merged([[file("a", "1"), file("b", "1")], [], [file("b", "2"), file("c", "2"), file("a", "1")]]);
  assert.deepEqual(list.map(({ root, sources, count }) => [root, sources.map((each) => each.name).join(), count]), [["a", "1", 2], ["b", "2,1", 2], ["c", "2", 1]]);
  assert.deepEqual(merged([]), []);
});
