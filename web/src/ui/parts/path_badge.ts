/** How two peers are connected: an icon and a word, and the details for who wants them. */

import type { PathInfo } from "../../app/model.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import * as texts from "../texts.ts";

export function pathBadge(path: PathInfo): HTMLElement {
  const { name, words, way, ways, here, there, label } = texts.path;
  const row = (term: string, value: string): HTMLElement => h("div", {}, h("dt", {}, term), h("dd", { translate: "no" }, value));
  return h(
    "details",
    { class: `path path-${path.scope}` },
    h("summary", {}, icon(path.scope), h("span", {}, h("span", { class: "visually-hidden" }, `${label}: `), name[path.scope])),
    h(
      "div",
      { class: "path-more" },
      h("p", {}, words[path.scope]),
      h("dl", {}, row(way, ways[path.way] ?? path.way), path.local !== "" && row(here, path.local), path.remote !== "" && row(there, path.remote)),
    ),
  );
}

/** What tells two paths apart on the screen. */
export function pathKey(path: PathInfo | null): string {
  return path === null ? "" : [path.scope, path.way, path.local, path.remote].join("|");
}
