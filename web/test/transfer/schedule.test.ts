/** In which order chunks are asked for, and how many at once. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "../../src/transfer/budget.ts";
import { Schedule, Window } from "../../src/transfer/schedule.ts";
import { vectors } from "../vectors.ts";

test("chunks are scheduled in order, what comes back is next, and a dropped file is left out", () => {
  const schedule = new Schedule(new Map([[1, 2], [4, 0], [5, 2]]));
  const take = (): string => {
    const next = schedule.peek();
    if (next === null) return "";
    schedule.take();
    return `${next.file}:${next.chunk}`;
  };
  assert.deepEqual([take(), take(), take()], ["1:0", "1:1", "5:0"]);
  schedule.giveBack({ file: 1, chunk: 0 });
  assert.equal(take(), "1:0");
  schedule.giveBack({ file: 1, chunk: 1 });
  schedule.drop(1);
  schedule.drop(5);
  assert.equal(take(), "");
});

test("where somebody waits comes next, then what follows, then what was before", () => {
  const rest = (schedule: Schedule): string => {
    const taken: string[] = [];
    for (let next = schedule.peek(); next !== null; next = schedule.peek()) {
      schedule.take();
      taken.push(`${next.file}:${next.chunk}`);
    }
    return taken.join(" ");
  };
  const schedule = new Schedule(new Map([[1, 5], [2, 2]]));
  schedule.take();
  schedule.seek(1, 3);
  assert.equal(rest(schedule), "1:3 1:4 1:1 1:2 2:0 2:1");
  const other = new Schedule(new Map([[1, 2], [2, 4]]));
  other.seek(2, 2);
  other.take();
  other.seek(2, 0);
  assert.equal(rest(other), "2:0 2:1 2:3 1:0 1:1");
});

test("in which order chunks are taken is told by the twin", () => {
  interface Step { readonly do: "take" | "back" | "prefer" | "drop"; readonly file: number; readonly files: readonly number[]; readonly chunk: number; readonly says: readonly number[] | null }
  for (const { files: counts, steps } of vectors<readonly { files: number[]; steps: Step[] }[]>("schedule")) {
    const schedule = new Schedule(new Map(counts.entries()));
    for (const { do: what, file, files, chunk, says } of steps) {
      if (what === "prefer") schedule.prefer(files);
      else if (what === "drop") schedule.drop(file);
      else if (what === "back") schedule.giveBack({ file, chunk });
      else {
        const next = schedule.peek();
        assert.deepEqual(next === null ? null : [next.file, next.chunk], says);
        if (next !== null) schedule.take();
      }
    }
  }
});

test("those who share a budget take turns", () => {
  const budget = new Budget(1000);
  const spend = (now: number): number => budget.wait(budget.spend(100, now), now);
  assert.deepEqual([spend(0), spend(0), spend(1)], [0.1, 0.2, 0]);
});

test("another rate holds for turns that were taken before", () => {
  const budget = new Budget(1000);
  const [first, second] = [budget.spend(1000, 0), budget.spend(1000, 0)] as const;
  budget.change(100, 0.5);
  assert.deepEqual([budget.rate, budget.wait(first, 0.5), budget.wait(second, 0.5)], [100, 5, 15]);
  budget.change(2000, 5.5);
  assert.deepEqual([budget.wait(first, 5.5), budget.wait(second, 5.5), budget.wait(second, 6)], [0, 0.5, 0]);
});

test("without a rate nothing is waited for, and nothing is owed or saved up after that", () => {
  const budget = new Budget(1);
  const turn = budget.spend(1000, 0);
  budget.change(null, 0);
  assert.deepEqual([budget.wait(turn, 0), budget.wait(budget.spend(1000, 0), 0), budget.isOpen(0)], [0, 0, true]);
  budget.change(1000, 100);
  assert.deepEqual([budget.isOpen(100), budget.wait(budget.spend(100, 100), 100), budget.isOpen(100)], [true, 0.1, false]);
});

test("the window holds 4 MiB, or two chunks if that is more, and 256 requests", () => {
  const window = new Window();
  const MiB = 1024 * 1024;
  for (let chunk = 0; chunk < 16; chunk += 1, window.add(MiB / 4)) assert.ok(window.hasRoom(100 * MiB, chunk, 1));
  assert.ok(!window.hasRoom(100 * MiB, 16, 1));
  assert.ok(window.hasRoom(64 * 1024 * MiB + 1, 0, 1), "a large chunk beside what is outstanding");
  window.remove(MiB / 4);
  assert.ok(window.hasRoom(100 * MiB, 16, 1));
  const many = new Window();
  for (let count = 0; count < 256; count += 1, many.add(1)) assert.ok(many.hasRoom(1, 0, 1));
  assert.ok(!many.hasRoom(1, 0, 1));
});
