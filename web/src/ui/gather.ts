/** Everything by which things get into a draft: pickers, drops anywhere on the page, pastes. */

import type { ContactInfo } from "../app/model.ts";
import type { App } from "./app.ts";
import { fromHandle, fromInput, fromTransfer, pasted, type Collected } from "./collect.ts";
import { h } from "./dom.ts";
import type { Scope } from "./scope.ts";
import * as texts from "./texts.ts";
import type { Gatherer } from "./views/view.ts";

declare global {
  interface Window {
    showDirectoryPicker?(options?: { mode?: "read" }): Promise<FileSystemDirectoryHandle>;
  }
}

/** Installs the inputs and listeners; what they bring goes to the draft. */
export function installGatherer(app: App, body: HTMLElement, scope: Scope): Gatherer {
  const pending = h("p", { class: "toast", role: "status" });
  const veil = h("div", { class: "veil", "aria-hidden": "true" }, h("span", {}, texts.home.dropping));
  const files = h("input", { id: "pick-files", type: "file", multiple: true, hidden: true });
  const folder = h("input", { id: "pick-folder", type: "file", webkitdirectory: true, hidden: true });
  body.append(files, folder, veil, pending);

  const found = (number: number): void => pending.replaceChildren(texts.home.reading({ files: number }));
  /** For whom files are picked. */
  let recipient: ContactInfo | null = null;
  const take = async (collecting: Collected | Promise<Collected>, to: ContactInfo | null = null): Promise<void> => {
    const { items, unreadable } = await collecting;
    const remarks = [unreadable > 0 && texts.home.unreadable({ items: unreadable }), items.length === 0 && texts.home.nothing];
    flash(pending, remarks.filter((remark) => remark !== false).join(" "));
    if (items.length === 0) return;
    if (to !== null) app.address(to);
    app.gather(items);
  };
  for (const input of [files, folder]) {
    scope.listen(input, "change", () => {
      if (input.files !== null) void take(fromInput(input.files), input === files ? recipient : null);
      input.value = "";
    });
  }
  listenForDrops(scope, veil, (transfer) => void take(fromTransfer(transfer, found)));
  listenForPastes(app, scope, (collecting) => void take(collecting), found);
  const canPickFolder = "webkitdirectory" in folder || "showDirectoryPicker" in window;
  const pickFiles = (to: ContactInfo | null = null): void => {
    recipient = to;
    files.click();
  };
  return { canPickFolder, pickFiles, pickFolder: () => void pickFolder(folder, found, take) };
}

/** The folder picker shows empty folders and asks a clearer question; where it is missing, the input does. */
async function pickFolder(input: HTMLInputElement, found: (files: number) => void, take: (from: Promise<Collected>) => Promise<void>): Promise<void> {
  if (window.showDirectoryPicker === undefined) return input.click();
  const handle = await window.showDirectoryPicker({ mode: "read" }).catch(() => null);
  if (handle !== null) await take(fromHandle(handle, found));
}

/** How long a passing remark stays: two short sentences, read slowly. */
const FLASH_MS = 6000;

function flash(place: HTMLElement, words: string): void {
  place.textContent = words;
  if (words === "") return;
  setTimeout(() => {
    if (place.textContent === words) place.textContent = "";
  }, FLASH_MS);
}

function listenForDrops(scope: Scope, veil: HTMLElement, drop: (transfer: DataTransfer) => void): void {
  const transferOf = (event: Event): DataTransfer | null => {
    const transfer = (event as DragEvent).dataTransfer;
    return transfer?.types.includes("Files") === true && !isModal() ? transfer : null;
  };
  const show = (visible: boolean): void => void veil.classList.toggle("shown", visible);
  scope.listen(window, "dragover", (event) => {
    const transfer = transferOf(event);
    event.preventDefault();
    if (transfer === null) return;
    transfer.dropEffect = "copy";
    show(true);
  });
  scope.listen(window, "dragleave", (event) => {
    if ((event as DragEvent).relatedTarget === null) show(false);
  });
  scope.listen(window, "drop", (event) => {
    event.preventDefault();
    show(false);
    const transfer = transferOf(event);
    if (transfer !== null) drop(transfer);
  });
}

function listenForPastes(app: App, scope: Scope, take: (from: Promise<Collected>) => void, found: (files: number) => void): void {
  scope.listen(window, "paste", (event) => {
    const transfer = (event as ClipboardEvent).clipboardData;
    if (transfer === null || isModal()) return;
    const isField = (event.target as Element | null)?.closest("input, textarea") != null;
    if (isField && transfer.files.length === 0) return;
    const content = pasted(transfer, found);
    if (content === null) return;
    event.preventDefault();
    if (typeof content !== "string") take(content);
    else if (app.route.value.kind !== "draft") app.go({ kind: "draft", draft: { kind: "text", text: content } });
  });
}

function isModal(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
