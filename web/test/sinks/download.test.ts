import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/secure/encoding.ts";
import { FileDownload, type OpenTarget, ZipDownload } from "../../src/sinks/download.ts";
import { Feed } from "../../src/sinks/feed.ts";
import { MemorySink } from "../../src/sinks/memory.ts";
import { type PlacedEntry, SinkError, toSinkError } from "../../src/sinks/sink.ts";

const file = (path: string, size: number): PlacedEntry => ({ path, size, folder: false, mtime: 1_700_000_000_000 });
const folder = (path: string): PlacedEntry => ({ path, size: 0, folder: true, mtime: null });

/** A browser that takes a download whenever the test says so. */
class Browser {
  readonly opened: { readonly name: string; readonly size: number | null }[] = [];
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  readonly #ended = Promise.withResolvers<void>();

  readonly open: OpenTarget = async (name, size) => {
    this.opened.push({ name, size });
    return {
      take: (stream) => {
        this.#reader = stream.getReader();
        return this.#ended.promise;
      },
    };
  };

  /** The next piece as text, null at the end. */
  async pull(): Promise<string | null> {
    const { value, done } = await (this.#reader as ReadableStreamDefaultReader<Uint8Array>).read();
    if (done) this.#ended.resolve();
    return done ? null : new TextDecoder("latin1").decode(value);
  }

  async all(): Promise<string> {
    let text = "";
    for (let piece = await this.pull(); piece !== null; piece = await this.pull()) text += piece;
    return text;
  }

  cancel(): void {
    this.#ended.reject(new SinkError("cancelled", "stopped in the browser", true));
  }
}

/** Whether a promise is still waiting after everything else had its turn. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(resolve, "waiting"));
  return (await Promise.race([promise, turn])) === "waiting";
}

test("pieces leave in order, and a write waits until its bytes are taken", async () => {
  const feed = new Feed();
  const second = feed.write(2, utf8("cd"));
  const first = feed.write(0, utf8("ab"));
  assert.ok((await isWaiting(first)) && (await isWaiting(second)), "nothing is taken ahead");
  const reader = feed.stream.getReader();
  assert.deepEqual((await reader.read()).value, utf8("ab"));
  await first;
  assert.ok(await isWaiting(second));
  assert.deepEqual((await reader.read()).value, utf8("cd"));
  await second;
  const end = reader.read();
  assert.ok(await isWaiting(end));
  feed.close();
  assert.equal((await end).done, true);
});

test("a feed that fails fails its reader and every write, before and after", async () => {
  const feed = new Feed();
  const waiting = feed.write(5, utf8("later"));
  const reading = feed.stream.getReader().read();
  feed.fail(new Error("first"));
  feed.fail(new Error("second"));
  for (const promise of [waiting, reading, feed.write(0, utf8("x"))]) await assert.rejects(promise, /first/);
});

test("one file is downloaded as it is, and ends only when it is finished", async () => {
  const browser = new Browser();
  const sink = new FileDownload(browser.open);
  await sink.prepare([file("a b.txt", 4)]);
  assert.deepEqual(browser.opened, [{ name: "a b.txt", size: 4 }]);
  const written = [sink.write(0, 2, utf8("cd")), sink.write(0, 0, utf8("ab"))];
  assert.deepEqual([await browser.pull(), await browser.pull()], ["ab", "cd"]);
  await Promise.all(written);
  const end = browser.pull();
  assert.ok(await isWaiting(end));
  const finished = sink.finish();
  assert.equal(await end, null);
  await finished;
  await sink.conclude();
});

test("a file that is lost or given up fails its download", async () => {
  for (const give of ["discard", "abort"] as const) {
    const browser = new Browser();
    const sink = new FileDownload(browser.open);
    await sink.prepare([file("a", 4)]);
    const writing = sink.write(0, 0, utf8("ab"));
    await browser.pull();
    await writing;
    const pulled = browser.pull();
    await sink[give]("given up");
    await assert.rejects(pulled, SinkError);
  }
});

test("a download that the person stops fails the writes, with the whole", async () => {
  const browser = new Browser();
  const sink = new FileDownload(browser.open);
  await sink.prepare([file("a", 4)]);
  const writing = sink.write(0, 0, utf8("ab"));
  browser.cancel();
  await assert.rejects(writing, { code: "cancelled", isWhole: true });
  await assert.rejects(sink.finish(), { code: "cancelled" });
});

test("a browser that does not begin the download is told of", async () => {
  const sink = new FileDownload(() => Promise.reject(new SinkError("unwritable", "no", true)));
  await assert.rejects(sink.prepare([file("a", 4)]), SinkError);
});

/** What is in an archive, by name: this suffices for members that are stored. */
function members(archive: string): readonly string[] {
  return [...archive.matchAll(/PK\u0003\u0004/g)].map(({ index }) => {
    const view = new DataView(Uint8Array.from(archive.slice(index, index + 30), (char) => char.charCodeAt(0)).buffer);
    return archive.slice(index + 30, index + 30 + view.getUint16(26, true));
  });
}

test("several files and folders are one archive, in the order of the manifest, whatever comes first", async () => {
  const browser = new Browser();
  const sink = new ZipDownload(browser.open, "top");
  await sink.prepare([folder("top"), file("top/a", 4), file("top/empty", 0), file("top/lost", 3), file("top/b", 2), folder("top/e")]);
  assert.deepEqual(browser.opened, [{ name: "top.zip", size: null }]);
  const archive = browser.all();
  await sink.finish(2);
  const later = sink.write(4, 0, utf8("ef"));
  await sink.discard(3);
  await Promise.all([sink.write(1, 2, utf8("cd")), sink.write(1, 0, utf8("ab"))]);
  assert.ok(await isWaiting(later), "the file before is not finished");
  await sink.finish(1);
  await later;
  await sink.finish(4);
  await sink.conclude();
  const text = await archive;
  assert.deepEqual(members(text), ["top/", "top/a", "top/empty", "top/b", "top/e/"]);
  assert.ok(text.includes("abcd") && text.includes("ef"));
});

test("an archive cannot be completed without a file that was begun", async () => {
  const browser = new Browser();
  const sink = new ZipDownload(browser.open, "top");
  await sink.prepare([file("a", 4), file("b", 1)]);
  const archive = browser.all();
  await sink.write(0, 0, utf8("ab"));
  await sink.discard(0);
  await assert.rejects(archive, /“a” was lost half-way/);
  browser.cancel();
  await assert.rejects(sink.write(1, 0, utf8("x")), /half-way/);
  await assert.rejects(sink.conclude(), /half-way/);
});

test("an archive that is given up fails its download, also between two files", async () => {
  const browser = new Browser();
  const sink = new ZipDownload(browser.open, "top");
  await sink.prepare([file("a", 1), file("b", 1)]);
  const archive = browser.all();
  await sink.write(0, 0, utf8("a"));
  await sink.finish(0);
  await sink.abort("given up");
  await assert.rejects(archive, /given up/);
});

test("a download that broke off without a reason still has an error for the person", async () => {
  const sink = new FileDownload(async () => ({ take: () => Promise.reject(new TypeError("network")) }));
  await sink.prepare([file("a", 1)]);
  await assert.rejects(sink.finish(), { code: "unwritable", message: "The download broke off." });
});

test("a text is shown when it is whole", async () => {
  const sink = new MemorySink();
  let shown = "";
  sink.onWhole = (text) => (shown = text);
  await sink.prepare([file("text.txt", 4)]);
  await sink.write(0, 2, utf8("ld"));
  await sink.write(0, 0, utf8("go"));
  assert.equal(shown, "");
  await sink.finish();
  assert.equal(shown, "gold");
});

test("exceptions of the browser become errors that say what to do", () => {
  const known = new SinkError("corrupt", "x", false);
  assert.equal(toSinkError(known), known);
  const codes = ["QuotaExceededError", "NotAllowedError", "InvalidStateError"].map((name) => toSinkError(new DOMException("why", name)));
  assert.deepEqual(codes.map(({ code, isWhole }) => [code, isWhole]), [["no-space", true], ["unwritable", true], ["unwritable", false]]);
  assert.match(toSinkError("odd").message, /unknown error/);
});

test("what is not wanted is in no archive, and one wanted file of several may be a download of its own", async () => {
  const out = (entry: PlacedEntry): PlacedEntry => ({ ...entry, isLeftOut: true });
  const browser = new Browser();
  const sink = new ZipDownload(browser.open, "top");
  await sink.prepare([folder("top"), out(file("top/a", 4)), file("top/b", 0), out(folder("top/c"))]);
  void sink.finish(2);
  const concluded = sink.conclude();
  const archive = await browser.all();
  await concluded;
  assert.ok(archive.includes("top/b") && !archive.includes("top/a") && !archive.includes("top/c"));
  const single = new Browser();
  await new FileDownload(single.open).prepare([out(file("a", 4)), file("b", 1)]);
  assert.deepEqual(single.opened, [{ name: "b", size: 1 }]);
});

const sparse = (path: string, size: number, ...holes: readonly (readonly [number, number])[]): PlacedEntry => ({ ...file(path, size), holes });
const zeros = (count: number): string => "\0".repeat(count);

test("zeros that nobody writes come when it is their turn: before, between and behind what is written", async () => {
  const [browser, size] = [new Browser(), 300_000 + 4];
  const sink = new FileDownload(browser.open);
  await sink.prepare([sparse("a", size, [0, 2], [3, 300_003])]);
  const written = [sink.write(0, 2, utf8("x")), sink.write(0, 300_003, utf8("y"))];
  const all = browser.all();
  await Promise.all(written);
  await sink.finish();
  assert.equal(await all, `${zeros(2)}x${zeros(300_000)}y`);
});

test("a file that is nothing but zeros is made of none of its parts", async () => {
  const browser = new Browser();
  const sink = new FileDownload(browser.open);
  await sink.prepare([sparse("a", 5, [0, 5])]);
  const all = browser.all();
  await sink.finish();
  assert.equal(await all, zeros(5));
});

test("in an archive, too", async () => {
  const browser = new Browser();
  const sink = new ZipDownload(browser.open, "all");
  await sink.prepare([sparse("none", 3, [0, 3]), sparse("some", 4, [0, 3])]);
  const all = browser.all();
  await sink.finish(0);
  await sink.write(1, 3, utf8("x"));
  await sink.finish(1);
  await sink.conclude();
  const archive = await all;
  assert.ok(archive.includes(`none${zeros(3)}`));
  assert.ok(archive.includes(`some${zeros(3)}x`));
});
