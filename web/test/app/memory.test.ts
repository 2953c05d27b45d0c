/** What the page remembers between visits, and what it does where nothing can be kept. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Keeper, type KeptLibrary, Memory, SETTINGS } from "../../src/app/memory.ts";
import type { PastTransfer } from "../../src/app/history.ts";

const past = (key: string, at = 1): PastTransfer => ({ key, isSent: true, title: "a", isText: false, files: 1, bytes: 1, person: { id: "", short: "Amber Falcon", name: "" }, at, ending: "done" });

function keeping(): { readonly keeper: Keeper; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const note = (what: string) => (...all: readonly unknown[]): Promise<void> => Promise.resolve(void calls.push([what, ...all]));
  return { calls, keeper: { change: note("change"), note: note("note"), clearPast: note("clear"), keepLibrary: note("library"), past: () => Promise.resolve([past("b", 2), past("a")]) } };
}

test("changes show at once and are kept", () => {
  const { keeper, calls } = keeping();
  const memory = new Memory(keeper, { settings: { ...SETTINGS, name: "Anna" }, past: [past("a")], library: null });
  memory.change({ notify: true });
  memory.note(past("b", 2));
  assert.deepEqual(memory.past.value.map(({ key }) => key), ["b", "a"]);
  memory.clearPast();
  const library = { name: "Photos" } as KeptLibrary;
  memory.keepLibrary(library);
  assert.deepEqual([memory.settings.value, memory.past.value, memory.library.value], [{ ...SETTINGS, name: "Anna", notify: true }, [], library]);
  assert.deepEqual(calls, [["change", memory.settings.value], ["note", past("b", 2)], ["clear"], ["library", library]]);
});

test("what another page has noted shows when one looks", async () => {
  const memory = new Memory(keeping().keeper);
  memory.refresh();
  await new Promise(setImmediate);
  assert.deepEqual(memory.past.value.map(({ key }) => key), ["b", "a"]);
});

test("where nothing can be kept it lasts as long as the page, and says so", async () => {
  const memory = new Memory();
  memory.note(past("a"));
  memory.refresh();
  assert.deepEqual([memory.isKept.value, memory.past.value.length], [false, 1]);
  const full = new Memory({ ...keeping().keeper, note: () => Promise.reject(new Error("full")) });
  full.note(past("a"));
  await new Promise(setImmediate);
  assert.deepEqual([full.isKept.value, full.past.value.length], [false, 1]);
});
