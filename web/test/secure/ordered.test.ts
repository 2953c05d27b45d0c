import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/secure/encoding.ts";
import { OrderedRecords } from "../../src/secure/ordered.ts";
import type { RecordOpener, Records, RecordSealer } from "../../src/secure/records.ts";

/** A cipher that does nothing, and is done when the test says so, in whatever order. */
class Cipher {
  readonly #done: (() => void)[] = [];
  readonly #failed: (() => void)[] = [];

  get records(): Records {
    return { sealer: { seal: (frame) => this.#work(frame) } as RecordSealer, opener: { open: (record) => this.#work(record) } as RecordOpener };
  }

  /** What was given to it as number `at` is done; or is none of what it should be. */
  finish(at: number, isGood = true): void {
    (isGood ? this.#done : this.#failed)[at]?.();
  }

  #work(bytes: Bytes): Promise<Bytes> {
    const { promise, resolve, reject } = Promise.withResolvers<Bytes>();
    this.#done.push(() => resolve(bytes));
    this.#failed.push(() => reject(new Error("altered")));
    return promise;
  }
}

/** Records of a cipher, and what is told of them. */
function ordered(): { readonly cipher: Cipher; readonly records: OrderedRecords; readonly told: string[] } {
  const cipher = new Cipher();
  const told: string[] = [];
  const records = new OrderedRecords(cipher.records, {
    onRecord: ([byte]) => told.push(`record ${byte}`),
    onFrame: ([byte]) => told.push(`frame ${byte}`),
    onAltered: () => told.push("altered"),
  });
  return { cipher, records, told };
}

/** All that was promised by now has been told. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("records are handed on in the order of their frames, whichever is sealed first", async () => {
  const { cipher, records, told } = ordered();
  for (const byte of [1, 2]) records.seal(Uint8Array.of(byte, 0));
  assert.equal(records.sealing, 4);
  cipher.finish(1);
  await settled();
  assert.deepEqual([told, records.sealing], [[], 4]);
  cipher.finish(0);
  await records.flushed();
  assert.deepEqual([told, records.sealing], [["record 1", "record 2"], 0]);
});

test("frames are handed on in the order of their records, and so is that one was altered", async () => {
  const { cipher, records, told } = ordered();
  for (const byte of [1, 2, 3]) records.open(Uint8Array.of(byte));
  cipher.finish(2);
  cipher.finish(1, false);
  await settled();
  assert.deepEqual(told, []);
  cipher.finish(0);
  await settled();
  assert.deepEqual(told, ["frame 1", "altered", "frame 3"]);
});

test("nothing waits where nothing was sealed", async () => {
  await ordered().records.flushed();
});
