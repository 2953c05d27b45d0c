/** Lets a person pick a folder, by the picker of the browser that asks the clearer question. */

import { fromHandle, fromInput, type Collected, type Found } from "../collect.ts";
import { h } from "../dom.ts";

/** What is in the folder that the person picked, or null if they picked none. Call it from a click. */
export async function pickFolder(found: Found): Promise<Collected | null> {
  if (window.showDirectoryPicker === undefined) return pickByInput();
  const handle = await window.showDirectoryPicker({ mode: "read" }).catch(() => null);
  return handle === null ? null : fromHandle(handle, found);
}

function pickByInput(): Promise<Collected | null> {
  const input = h("input", { type: "file", webkitdirectory: true });
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve(input.files === null ? null : fromInput(input.files)));
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}
