/** What the interface remembers in a scene. */

import type { PastTransfer } from "../src/app/history.ts";
import { type Keeper, Memory, SETTINGS } from "../src/app/memory.ts";

const OTTER = { id: "b".repeat(32), short: "Tawny Otter", name: "Ben at work" };
const FALCON = { id: "c".repeat(32), short: "Velvet Heron", name: "" };

const AT = Date.UTC(2026, 4, 17, 14, 5);

const past: readonly PastTransfer[] = [
  { key: "1", isSent: false, title: "Holiday", isText: false, files: 12, bytes: 3_400_000_000, person: OTTER, at: AT, ending: "done" },
  { key: "2", isSent: true, title: "A very long name of a folder that does not fit on the screen of a small phone, whatever one does", isText: false, files: 1, bytes: 240_000, person: FALCON, at: AT - 4e6, ending: "failed" },
  { key: "3", isSent: true, title: "Text", isText: true, files: 1, bytes: 29, person: OTTER, at: AT - 9e7, ending: "done" },
  { key: "4", isSent: false, title: "Scans", isText: false, files: 31, bytes: 91_000_000, person: FALCON, at: AT - 3e8, ending: "part" },
  { key: "5", isSent: false, title: "Music", isText: false, files: 2, bytes: 0, person: FALCON, at: AT - 4e8, ending: "stopped" },
];

/** Keeps nothing, and says that it does. */
const keeper: Keeper = {
  change: () => Promise.resolve(),
  note: () => Promise.resolve(),
  clearPast: () => Promise.resolve(),
  keepLibrary: () => Promise.resolve(),
  past: () => Promise.resolve(past),
};

export function memoryOf(scene: string): Memory {
  if (scene === "transfers-private") return new Memory();
  return new Memory(keeper, { settings: SETTINGS, past: scene.startsWith("transfers") ? past : [], library: null });
}
