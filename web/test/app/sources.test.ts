import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { offerItems, offerText } from "../../src/app/sources.ts";
import { toProblem, Transfer } from "../../src/app/transfer.ts";
import { PeerError } from "../../src/errors.ts";
import { bytes } from "../transfer/simulation.ts";

const file = (content: Uint8Array<ArrayBuffer>, name = "f"): File => new File([content], name, { lastModified: 5 });

test("items become a manifest: folders first, names unique, sums right", () => {
  const items = [
    { path: "a/x.txt", file: file(bytes(3)) },
    { path: "a/x.txt", file: file(bytes(4)) },
    { path: "a/empty", file: null },
    { path: "b\ud800", file: file(bytes(0)) },
  ];
  const { entries, offer } = offerItems(items);
  assert.deepEqual(entries, [
    { path: "a/empty", folder: true },
    { path: "a/x.txt", size: 3, mtime: 5 },
    { path: "a/x (2).txt", size: 4, mtime: 5 },
    { path: "b\ufffd", size: 0, mtime: 5 },
  ]);
  assert.deepEqual(offer, { t: "offer", files: 3, folders: 1, bytes: 7, title: "a and 1 more" });
});

test("a title fits its field", () => {
  assert.equal(offerItems([{ path: "x".repeat(300), file: null }]).offer.title?.length, 256);
  assert.equal(offerItems([]).offer.title, "");
});

test("what cannot be offered is said at once", () => {
  assert.throws(() => offerItems(new Array(200_001).fill({ path: "a", file: null })), PeerError);
  assert.throws(() => offerItems([{ path: "x".repeat(4097), file: null }]), /too long/);
  assert.throws(() => offerText("x".repeat(1024 * 1024 + 1)), /at most 1 MiB/);
  assert.deepEqual(offerText("ü").offer, { t: "offer", files: 1, folders: 0, bytes: 2, title: "", text: true });
});

test("chunks are read and hashed, and the last of them tells the root", async () => {
  const content = bytes(262_145);
  const offered = offerItems([{ path: "f", file: file(content) }]);
  const second = await offered.read(0, 1);
  assert.ok("data" in second && second.root === null);
  assert.deepEqual(second.data, content.slice(262_144));
  const first = await offered.read(0, 0);
  assert.ok("data" in first && first.root !== null);
  assert.deepEqual(await offered.root(0), first.root);
  assert.deepEqual(await offerItems([{ path: "f", file: file(content) }]).root(0), first.root, "also when nothing was read before");
});

test("a file that is not the one that was chosen any more is lost, with a reason", async () => {
  for (const [name, code] of [["NotFoundError", "file-vanished"], ["NotReadableError", "file-changed"]] as const) {
    const chosen = file(bytes(5));
    mock.method(chosen, "slice", () => ({ arrayBuffer: () => Promise.reject(new DOMException("", name)) }));
    const offered = offerItems([{ path: "f", file: chosen }]);
    const read = await offered.read(0, 0);
    assert.equal("code" in read && read.code, code);
    const root = await offered.root(0);
    assert.equal("code" in root && root.code, code);
  }
  const short = file(bytes(5));
  mock.method(short, "slice", () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(4)) }));
  const read = await offerItems([{ path: "f", file: short }]).read(0, 0);
  assert.equal("code" in read && read.code, "file-changed");
});

test("the phase follows from the facts", () => {
  const transfer = new Transfer();
  const phases: string[] = [];
  transfer.state.watch(({ phase }) => phases.at(-1) !== phase && phases.push(phase));
  transfer.met({ id: "i", short: "s", name: "" });
  transfer.agreed();
  transfer.agreed();
  transfer.linked(null);
  transfer.event({ type: "accepted", files: 1, bytes: 9 });
  transfer.event({ type: "paused", by: "them" });
  transfer.event({ type: "paused", by: null });
  transfer.unlinked();
  transfer.linked({ scope: "relay", way: "turn-udp", local: "", remote: "" });
  transfer.event({ type: "progress", bytes: 9, files: 1, total: 9, rate: 1, left: 0 });
  transfer.event({ type: "lost", path: "x", message: "gone" });
  transfer.ended({ files: 1, bytes: 9, failed: 0 });
  assert.deepEqual(phases, ["meeting", "asking", "connecting", "moving", "paused", "moving", "reconnecting", "moving", "done"]);
  transfer.ended(new Error("too late"));
  transfer.unlinked();
  assert.deepEqual(transfer.state.value, {
    phase: "done",
    person: { id: "i", short: "s", name: "" },
    path: { scope: "relay", way: "turn-udp", local: "", remote: "" },
    report: null,
    progress: { bytes: 9, total: 9, files: 1, rate: 1, left: 0 },
    pausedBy: null,
    problem: null,
    lost: [{ path: "x", message: "gone" }],
  });
  assert.ok(transfer.hasEnded);
});

test("errors become problems", () => {
  assert.deepEqual(toProblem(new PeerError("c", "m", false)), { code: "c", message: "m", retry: false });
  assert.match(toProblem(new TypeError("x is not a function")).message, /This page failed \(x is not/);
  assert.match(toProblem("odd").message, /odd/);
});
