/** What is read of a file at once, and what is kept of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Reading } from "../../src/app/reading.ts";

const CHUNK = 262_144;
const SIZE = 20 * CHUNK + 5;

/** Notes what is read of it; it may be gone. */
class Watched extends Blob {
  readonly read: string[] = [];
  error: Error | null = null;

  override slice(start = 0, stop = 0): Blob {
    this.read.push(`${start / CHUNK}+${(stop - start) / CHUNK}`);
    if (this.error !== null) throw this.error;
    return super.slice(start, stop);
  }
}

const bytes = Uint8Array.from({ length: SIZE }, (_, at) => (at / 1000) % 256);
const file = (): Watched => new Watched([bytes]);

/** Reads these chunks in turn; each is what is in the file. */
async function readAll(reading: Reading, blob: Watched, ...chunks: readonly number[]): Promise<void> {
  for (const chunk of chunks) {
    const length = Math.min(CHUNK, SIZE - chunk * CHUNK);
    assert.deepEqual(await reading.read(blob, chunk * CHUNK, length), bytes.subarray(chunk * CHUNK, chunk * CHUNK + length));
  }
}

test("chunks that are asked for one after another are read several at once, to the end of the file", async () => {
  const blob = file();
  await readAll(new Reading(), blob, ...Array.from({ length: 21 }, (_, chunk) => chunk));
  assert.deepEqual(blob.read, ["0+8", "8+8", `16+${4 + 5 / CHUNK}`]);
});

test("some that are left out, because another sender has them, change nothing", async () => {
  const blob = file();
  await readAll(new Reading(), blob, 0, 2, 5, 7, 9, 12, 16);
  assert.deepEqual(blob.read, ["0+8", "9+8"]);
});

test("chunks from anywhere are read alone", async () => {
  const blob = file();
  await readAll(new Reading(), blob, 19, 9, 5);
  assert.deepEqual(blob.read, ["19+1", "9+1", "5+1"]);
});

test("two who read at the same time read once, and more than are kept read nothing in vain", async () => {
  const [blob, reading] = [file(), new Reading()];
  await Promise.all([readAll(reading, blob, 0, 1), readAll(reading, blob, 0, 1)]);
  assert.deepEqual(blob.read, ["0+8"]);
  const others = Array.from({ length: 6 }, file);
  for (const each of others) await readAll(reading, each, 3);
  for (const each of others) await readAll(reading, each, 4);
  assert.deepEqual(others.map(({ read }) => read.join()), Array.from({ length: 6 }, () => "3+1,4+1"));
});

for (const [name, code] of [["NotFoundError", "file-vanished"], ["NotReadableError", "file-changed"]] as const) {
  test(`what cannot be read is said, and tried again when it is asked for again: ${name}`, async () => {
    const [blob, reading] = [file(), new Reading()];
    blob.error = new DOMException("", name);
    const found = await reading.read(blob, 0, CHUNK);
    assert.equal("code" in found ? found.code : null, code);
    blob.error = null;
    await readAll(reading, blob, 0);
  });
}

test("a file that is shorter than it was is another file", async () => {
  const found = await new Reading().read(new Blob([bytes.subarray(0, 5)]), 0, 6);
  assert.equal("code" in found ? found.code : null, "file-changed");
});
