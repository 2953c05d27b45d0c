/** The page cannot work here: what is wrong, and how to mend it. */

import { h, type Child } from "../dom.ts";
import { button } from "../parts/button.ts";
import { notice } from "../parts/notice.ts";
import { obstacles, server } from "../texts.ts";

/** `detail` is what the engine said when it could not start. */
export function blockedView(kind: keyof typeof obstacles, detail = ""): Child {
  const { title, mend } = obstacles[kind];
  const what = kind === "start" ? detail : obstacles[kind].what;
  return h("div", { class: "column" }, [
    h("h1", {}, title),
    notice("bad", what),
    h("ul", { class: "mend" }, Object.values(mend).map((step) => h("li", {}, step))),
    kind === "insecure" && h("p", { class: "muted" }, server.operator),
    h("div", { class: "buttons" }, button("primary", null, server.reload, () => location.reload())),
  ]);
}
