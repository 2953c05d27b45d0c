/** Lets a person pick a folder, by the picker of the browser that asks the clearer question. */

import { fromHandle, fromInput, type Collected, type Found } from "../collect.ts";
import { h } from "../dom.ts";

declare global {
  interface FileSystemHandle {
    queryPermission?(options: { mode: "read" }): Promise<PermissionState>;
    requestPermission?(options: { mode: "read" }): Promise<PermissionState>;
  }
}

/** What is in a folder, and the folder itself where the browser gives it, so that it can be read again. */
export interface PickedFolder extends Collected {
  readonly folder: FileSystemDirectoryHandle | null;
}

/** Whether a folder can be read again later. */
export function canReadAgain(): boolean {
  return window.showDirectoryPicker !== undefined;
}

/** What is in the folder that the person picked, or null if they picked none. Call it from a click. */
export async function pickFolder(found: Found): Promise<PickedFolder | null> {
  if (window.showDirectoryPicker === undefined) return pickByInput();
  const folder = await window.showDirectoryPicker({ mode: "read" }).catch(() => null);
  return folder === null ? null : { ...(await fromHandle(folder, found)), folder };
}

/** Whether the person lets the page read it once more; browsers ask only because of a click. */
export async function mayRead(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return folder.requestPermission === undefined || (await folder.requestPermission({ mode: "read" })) === "granted";
}

/** Whether it may be read without asking. */
export async function isReadable(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return folder.queryPermission === undefined || (await folder.queryPermission({ mode: "read" })) === "granted";
}

function pickByInput(): Promise<PickedFolder | null> {
  const input = h("input", { type: "file", webkitdirectory: true });
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve(input.files === null ? null : { ...fromInput(input.files), folder: null }));
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}
