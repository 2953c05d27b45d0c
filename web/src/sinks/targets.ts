/** Which places for received files this browser has, and how the person chooses one. */

import type { Timer } from "../timers/timers.ts";
import { FileDownload, ZipDownload } from "./download.ts";
import { FileSink, FolderSink } from "./files.ts";
import { MemorySink } from "./memory.ts";
import type { PlacedEntry, Sink, Target } from "./sink.ts";
import { canStream, streamOpener } from "./stream.ts";

/** File System Access (WICG), which not every browser has. */
interface Pickers {
  readonly showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
  readonly showDirectoryPicker?: (options: { id: string; mode: "readwrite"; startIn: "downloads" }) => Promise<FileSystemDirectoryHandle>;
}

const pickers = globalThis as Pickers;

/** What is received, as far as it decides where it can go. */
export interface Contents {
  readonly title: string;
  readonly text: boolean;
  /** Files and folders in all; `entries` may be only the first of them. */
  readonly count: number;
  readonly entries: readonly PlacedEntry[];
}

/** Targets for these contents, best first. */
export function targetsFor(contents: Contents): readonly Target[] {
  if (contents.text) return ["download"];
  const single = isSingleFile(contents);
  const targets: readonly [Target, boolean][] = [
    ["file", single && pickers.showSaveFilePicker !== undefined],
    ["folder", !single && pickers.showDirectoryPicker !== undefined],
    ["download", canStream()],
  ];
  return targets.filter(([, isThere]) => isThere).map(([target]) => target);
}

/** The sink for a target, after the person chose the place, or null if they chose none. Call it from a click. */
export async function choose(target: Target, contents: Contents, page: string, timer: Timer): Promise<Sink | null> {
  if (contents.text) return new MemorySink();
  try {
    return await pick(target, contents, page, timer);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

async function pick(target: Target, contents: Contents, page: string, timer: Timer): Promise<Sink | null> {
  const name = contents.entries.find(({ isLeftOut }) => !isLeftOut)?.path.split("/").at(-1) ?? "";
  switch (target) {
    case "file": {
      const handle = await pickers.showSaveFilePicker?.({ suggestedName: name });
      return handle === undefined ? null : new FileSink(handle);
    }
    case "folder": {
      const folder = await pickers.showDirectoryPicker?.({ id: "byway", mode: "readwrite", startIn: "downloads" });
      return folder === undefined ? null : new FolderSink(folder);
    }
    case "download": {
      const open = streamOpener(page, timer);
      return isSingleFile(contents) ? new FileDownload(open) : new ZipDownload(open, archiveName(contents));
    }
  }
}

/** A lone file in a folder is sent as an archive, so that the folder is there. */
function isSingleFile({ count, entries }: Contents): boolean {
  const wanted = entries.filter(({ isLeftOut }) => !isLeftOut);
  return count - (entries.length - wanted.length) === 1 && wanted[0]?.folder === false && !wanted[0].path.includes("/");
}

/** The folder that everything is in, if it is one; the title is a claim of the other side and need not be a name. */
function archiveName({ entries }: Contents): string {
  const tops = new Set(entries.map(({ path }) => path.split("/", 1)[0] ?? ""));
  const [top = "files"] = tops;
  return tops.size > 1 ? `${top} and ${tops.size - 1} more` : top;
}
