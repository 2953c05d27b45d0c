/** What a page publishes: what of a folder, how the server is told, and what is offered to whoever asks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Announcing, type Announcement, isAnnounceable } from "../../src/directory/announcing.ts";
import { leavesOut } from "../../src/directory/ignoring.ts";
import { choose } from "../../src/directory/wanting.ts";
import { vectors } from "../vectors.ts";
import { MESSAGE_BYTES } from "../../src/gen/signaling_constants.ts";

const ROOT = "A".repeat(43);

function announcing(count: number, most = 1000, path = (number: number): string => `d/${number}`): Announcing {
  const made = new Announcing();
  for (let number = 0; number < count; number += 1) made.put({ path: path(number), size: number, root: ROOT });
  made.begin("lib", most);
  return made;
}

/** All messages that can be sent now. */
function all(made: Announcing, now = 0): readonly Announcement[] {
  const messages: Announcement[] = [];
  for (let each = made.next(now); each !== null; each = made.next(now)) messages.push(each);
  return messages;
}

const numbers = ({ added }: Announcement): readonly number[] => added;

test("a small library is one message, by folder, and said to be all", async () => {
  const made = new Announcing();
  assert.equal(made.next(0), null);
  made.put({ path: "a.txt", size: 1, root: ROOT });
  made.put({ path: "d/e/b.txt", size: 2, root: ROOT });
  made.put({ path: "c.txt", size: 3, root: ROOT });
  made.complete();
  made.begin("lib", 10);
  const [only, ...rest] = all(made);
  assert.deepEqual(rest, []);
  assert.deepEqual(await only?.message(), {
    t: "announce", library: "lib", folders: [["", [[0, "a.txt", 1, ROOT], [2, "c.txt", 3, ROOT]]], ["d/e", [[1, "b.txt", 2, ROOT]]]], whole: true,
  });
  assert.deepEqual([made.told, made.isDone], [0, false]);
  made.answered(only?.ticket ?? 0);
  assert.deepEqual([made.told, made.left, made.isDone, made.deadline], [3, 0, true, null]);
});

test("what comes later is told later, and that it is all once it is", async () => {
  const made = announcing(1);
  const [first] = all(made);
  assert.equal(first?.isAll, false);
  made.put({ path: "late", size: 1, root: ROOT });
  made.complete();
  const [second] = all(made);
  assert.deepEqual([numbers(second as Announcement), second?.isAll], [[1], false], "while another message is on its way");
  made.answered(first?.ticket ?? 0);
  made.answered(second?.ticket ?? 0);
  const [last] = all(made);
  assert.deepEqual(await last?.message(), { t: "announce", library: "lib", folders: [], whole: true });
});

test("messages are as full as they can be, and eight are under way at most", async () => {
  const made = announcing(10_000, 10_000, (number) => `${"folder ".repeat(20)}${number % 7}/${"long name ".repeat(10)}${number}`);
  const messages = all(made);
  assert.equal(messages.length, 8);
  for (const { message } of messages) {
    const size = JSON.stringify({ ...(await message()), id: 2 ** 53 }).length;
    assert.ok(size <= MESSAGE_BYTES && size > 0.98 * MESSAGE_BYTES, String(size));
  }
  made.answered(messages[3]?.ticket ?? 0);
  assert.equal(all(made).length, 1);
  assert.ok(numbers(announcing(2000, 2000, String).next(0) as Announcement).length <= 700);
});

test("what is refused for the time being is told again when the server says, what is refused for good is left", () => {
  const made = announcing(3);
  made.complete();
  const [first] = all(made);
  made.refused(first?.ticket ?? 0, true, 10);
  assert.deepEqual([made.deadline, made.next(12)], [15, null]);
  const again = made.next(15);
  assert.deepEqual([numbers(again as Announcement), again?.isAll], [[0, 1, 2], true]);
  made.refused(again?.ticket ?? 0, true, 15, 2);
  assert.equal(made.deadline, 17);
  const last = made.next(17);
  made.refused(last?.ticket ?? 0, false, 17);
  assert.deepEqual([made.left, made.told, made.isDone], [3, 0, true]);
  made.refused(99, true, 17);
  made.answered(99);
  assert.equal(made.deadline, null);
});

test("beyond what the server takes nothing is told, and how much that is", () => {
  const made = announcing(5, 3);
  made.complete();
  assert.deepEqual(all(made).map(numbers), [[0, 1, 2]]);
  assert.equal(made.left, 2);
});

test("a new session is told everything anew, in another form if that has changed", async () => {
  const made = announcing(2);
  made.complete();
  made.answered(made.next(0)?.ticket ?? 0);
  made.lose();
  assert.deepEqual([made.next(1), made.told, made.left], [null, 0, 0]);
  made.begin("other", 10);
  const [message] = all(made, 1);
  assert.deepEqual([(await message?.message())?.library, message?.added], ["other", [0, 1]]);
  made.putAs({ fill: () => ({ added: [1], say: (library) => Promise.resolve({ t: "sealed-announce", library }) }) });
  made.begin("sealed", 10);
  assert.deepEqual(await made.next(1)?.message(), { t: "sealed-announce", library: "sealed" });
});

const gone = (each: Announcement): readonly number[] => each.gone;

test("only what is different is told: what is gone first, then what is new, and that it is all", async () => {
  const made = announcing(3);
  made.complete();
  made.answered(made.next(0)?.ticket ?? 0);
  assert.ok(made.isDone);
  made.drop("d/0");
  made.put({ path: "d/1", size: 9, root: ROOT });
  made.drop("nowhere");
  const [away, fresh, ...rest] = all(made);
  assert.deepEqual([gone(away as Announcement), numbers(away as Announcement), gone(fresh as Announcement), numbers(fresh as Announcement), rest], [[0, 1], [], [], [3], []]);
  made.answered(away?.ticket ?? 0);
  made.answered(fresh?.ticket ?? 0);
  assert.deepEqual([made.told, made.isDone], [2, false]);
  assert.deepEqual(await away?.message(), { t: "announce", library: "lib", folders: [], gone: [0, 1] });
  assert.equal(all(made).at(-1)?.isAll, true);
});

test("what was never told is not told to be gone, what is on its way is", () => {
  const made = announcing(1, 1);
  const [first] = all(made);
  made.put({ path: "more", size: 1, root: ROOT });
  made.drop("more");
  made.drop("d/0");
  assert.deepEqual(all(made).map(gone), [[0]]);
  made.answered(first?.ticket ?? 0);
  assert.equal(made.told, 1);
});

test("what is dropped while it is refused has never been there, and what is gone is told again", () => {
  const made = announcing(2);
  const [first] = all(made);
  made.drop("d/0");
  made.refused(first?.ticket ?? 0, true, 0);
  const again = made.next(9);
  assert.deepEqual([gone(again as Announcement), numbers(again as Announcement)], [[], [1]]);
  made.answered(again?.ticket ?? 0);
  made.drop("d/1");
  made.refused(made.next(9)?.ticket ?? 0, true, 9);
  assert.deepEqual(gone(made.next(20) as Announcement), [1]);
});

test("there is room again once the server knows that something is gone", () => {
  const made = announcing(2, 1);
  made.complete();
  made.answered(made.next(0)?.ticket ?? 0);
  assert.deepEqual([made.left, made.isDone], [1, true]);
  made.drop("d/0");
  const away = made.next(1);
  assert.deepEqual([gone(away as Announcement), made.next(1)], [[0], null]);
  made.answered(away?.ticket ?? 0);
  assert.deepEqual([numbers(made.next(1) as Announcement), made.left], [[1], 0]);
});

test("what the server did not take counts until it is gone", () => {
  const made = announcing(1);
  made.complete();
  made.refused(made.next(0)?.ticket ?? 0, false, 0);
  assert.equal(made.left, 1);
  made.complete(false);
  made.drop("d/0");
  assert.deepEqual([made.left, made.next(1)], [0, null]);
});

test("paths that the contract does not take are known", () => {
  assert.ok(isAnnounceable("a/b.txt"));
  for (const path of [`${"d/".repeat(65)}a`, `${"x".repeat(256)}/a`, "x".repeat(256), `${"abcdefghij/".repeat(100)}a`, "a\nb", "a/ "]) assert.ok(!isAnnounceable(path), path);
});

test("keys, hidden files and leavings are not published", () => {
  const left = [".ssh/id", "a/.git/config", "id_rsa", "Keys/Server.PEM", "notes.txt~", "~$letter.docx", "Thumbs.db", "node_modules/x.js", "film.mkv.part", "secrets.yaml", "a/credentials"];
  assert.deepEqual(left.filter((path) => !leavesOut(path)), []);
  const kept = ["a.txt", "node_modules", "keyboard.jpg", "parts/a.txt", "monkey", "a/secret.txt", "x.pem.txt"];
  assert.deepEqual(kept.filter(leavesOut), []);
});

test("pypeer leaves out the same", () => {
  const known = vectors<readonly { readonly path: string; readonly left: boolean }[]>("ignoring");
  assert.deepEqual(known.filter(({ path, left }) => leavesOut(path) !== left), []);
});

const stock = [{ path: "a.txt", root: "11" }, { path: "d/b.txt", root: "22" }, { path: "d/e/c.txt", root: "33" }, { path: "later.txt", root: null }];
const chosen = (want: Omit<Parameters<typeof choose>[1], "t">) => choose(stock, { t: "want", ...want }, "My/Photos");

test("files are offered under the names that were asked for", () => {
  assert.deepEqual(chosen({ files: [{ root: "22", name: "x" }, { root: "99", name: "y" }] }), { picked: [{ index: 1, path: "x" }] });
});

test("a folder is offered under its own name, and the whole under that of the library, but for what nobody finds yet", () => {
  assert.deepEqual(chosen({ folder: "d/e" }), { picked: [{ index: 2, path: "e/c.txt" }] });
  assert.deepEqual(chosen({ folder: "" }), { picked: [{ index: 0, path: "My_Photos/a.txt" }, { index: 1, path: "My_Photos/d/b.txt" }, { index: 2, path: "My_Photos/d/e/c.txt" }] });
});

test("what cannot be had is refused with a reason", () => {
  assert.deepEqual(chosen({}), { code: "protocol" });
  assert.deepEqual(chosen({ files: [{ root: "22", name: "a/b" }] }), { code: "bad-manifest" });
  assert.deepEqual(chosen({ files: [{ root: "22", name: "x" }, { root: "11", name: "x" }] }), { code: "bad-manifest" });
  assert.deepEqual(chosen({ files: [{ root: "99", name: "x" }] }), { code: "file-vanished" });
  assert.deepEqual(chosen({ folder: "nowhere" }), { code: "file-vanished" });
});
