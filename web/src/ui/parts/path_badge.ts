/** How two peers are connected: an icon and a word, and the details for who wants them. */

import type { PathInfo, TransferState, Watchable } from "../../app/model.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { connectionDetails } from "./connection.ts";

/** The badge of a transfer, while it has a path. The details follow the report without closing. */
export function pathBadge(scope: Scope, state: Watchable<TransferState>, say: (words: string) => void): HTMLElement {
  return scope.region(state, (now) => pathKey(now.path), ({ path }, inner) => path !== null && badge(path, inner, state, say));
}

function badge(path: PathInfo, scope: Scope, state: Watchable<TransferState>, say: (words: string) => void): HTMLElement {
  const { name, label } = texts.path;
  const face = h("summary", {}, icon(path.scope), h("span", {}, h("span", { class: "visually-hidden" }, `${label}: `), name[path.scope]));
  const more = scope.region(state, ({ report }) => report, ({ report }) => report !== null && connectionDetails(report, say));
  const element = h("details", { class: `path path-${path.scope}` }, face, h("div", { class: "path-more" }, more));
  closeWithEscape(element, face);
  return element;
}

/** What lies over the page closes with Escape, as a dialogue does. */
function closeWithEscape(element: HTMLDetailsElement, face: HTMLElement): void {
  element.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !element.open) return;
    element.open = false;
    face.focus();
  });
}

/** What tells two paths apart on the screen. */
export function pathKey(path: PathInfo | null): string {
  return path === null ? "" : [path.scope, path.way, path.local, path.remote].join("|");
}
