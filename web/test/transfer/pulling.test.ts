/** What is asked for on which link, as the Python twin does it; and what is known of a link. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Asking } from "../../src/transfer/asking.ts";
import { chunkCount, chunkLength } from "../../src/transfer/chunks.ts";
import { Pace } from "../../src/transfer/pace.ts";
import { Pulling } from "../../src/transfer/pulling.ts";
import { most, Schedule } from "../../src/transfer/schedule.ts";
import { vectors } from "../vectors.ts";

type Said = readonly [link: number, frame: "request" | "stop", request: number, chunk?: number];

interface Step {
  readonly at: number;
  readonly what: "open" | "close" | "pump" | "excuse" | "data" | "end" | "stored";
  readonly link: number;
  readonly rank: number;
  readonly source?: number;
  readonly request: number;
  readonly size: number;
  readonly chunk: number;
  readonly says?: readonly Said[];
}

interface Scenario {
  readonly about: string;
  readonly size: number;
  readonly steps: readonly Step[];
}

/** Tells the scheduling of one file what happens; `said` is what it has said so far. */
class Player {
  readonly said: Said[] = [];
  readonly #flows = new Map<number, Asking>();
  readonly #size: number;
  readonly #pulling: Pulling;

  constructor(size: number) {
    this.#size = size;
    this.#pulling = new Pulling(
      new Schedule(new Map([[0, chunkCount(size)]])),
      () => size,
      this.#flows,
      ({ link }, frame) => this.said.push(frame.type === "request" ? [link, frame.type, frame.request, frame.chunk] : [link, frame.type, frame.request]),
      () => true,
    );
  }

  play({ at, what, link, rank, source, request, size, chunk }: Step): void {
    const flow = this.#flows.get(link) as Asking;
    switch (what) {
      case "open":
        return void this.#flows.set(link, new Asking(link, rank, 65_536, source));
      case "close":
        this.#flows.delete(link);
        return this.#pulling.giveBack(flow.flights.values());
      case "pump":
        return this.#pulling.pump([...this.#flows.values()], at);
      case "excuse":
        return this.#pulling.excuse(at);
      case "data":
        return void flow.data({ type: "data", request, payload: new Uint8Array(size) }, at);
      case "end": {
        const landed = flow.end({ type: "end", request, hash: new Uint8Array(32), root: null }, at);
        return landed === null ? undefined : this.#pulling.landed(landed);
      }
      case "stored":
        return this.#pulling.window.remove(chunkLength(this.#size, chunk));
    }
  }
}

for (const { about, size, steps } of vectors<readonly Scenario[]>("pulling")) {
  test(`the same is asked for on the same link as by the Python twin: ${about}`, () => {
    const player = new Player(size);
    for (const step of steps) {
      player.play(step);
      if (step.what === "pump") assert.deepEqual(player.said.splice(0), step.says ?? [], JSON.stringify(step));
    }
  });
}

test("a link of which nothing is known is an ordinary one, and an answer that took no time tells nothing", () => {
  const pace = new Pace();
  pace.heard(5, 1);
  pace.landed(0, 1, 1);
  assert.deepEqual([pace.rate, pace.delay, pace.window(1, 1)], [1_048_576, 0.1, 1_048_576]);
  pace.answered(1, 1.5);
  assert.equal(pace.window(1, 1.5), 1_048_576, "until a rate is known, too");
  pace.answered(2, 3);
  assert.equal(pace.delay, 0.5, "the least counts");
  pace.answered(20, 21);
  assert.equal(pace.delay, 1, "for ten seconds");
});

test("a clock that jumps back begins a new period", () => {
  const pace = new Pace();
  pace.heard(1000, 100);
  pace.landed(0, 99, 100);
  pace.heard(1000, 1);
  pace.landed(1000, 0.5, 1);
  assert.equal(pace.rate, 2000);
});

test("the bound on memory grows with the links, to an end", () => {
  const MiB = 1024 * 1024;
  const bounds = [most(MiB / 4, 0), most(MiB / 4, 1), most(MiB / 4, 4), most(4 * MiB, 3), most(4 * MiB, 1000)];
  assert.deepEqual(bounds, [4, 4, 7, 16, 64].map((size) => size * MiB));
});

test("what comes last is not asked for again while there is no room for it", () => {
  const said: string[] = [];
  const flows = new Map([0, 1].map((link) => [link, new Asking(link, 0, 65_536)]));
  const pulling = new Pulling(
    new Schedule(new Map([[0, 1]])),
    () => 300,
    flows,
    ({ link }, { type }) => said.push(`${link} ${type}`),
    () => true,
  );
  pulling.pump([...flows.values()], 0);
  for (let count = 0; count < 255; count += 1) pulling.window.add(1);
  pulling.pump([...flows.values()], 1);
  assert.deepEqual(said, ["1 request"]);
  pulling.window.remove(1);
  pulling.pump([...flows.values()], 1);
  assert.deepEqual(said, ["1 request", "0 request"]);
});
