/** The page cannot work here: what is wrong, and how to mend it. */

import { h, type Child } from "../dom.ts";
import { button } from "../parts/button.ts";
import { notice } from "../parts/notice.ts";
import { obstacles, server } from "../texts.ts";

/** `detail` is what the engine said when it could not start. */
export function blockedView(kind: keyof typeof obstacles, detail = ""): Child {
  const { title, what, mend, operator } = obstacles[kind];
  return h("div", { class: "column" }, [
    h("h1", {}, title),
    notice("bad", what || detail),
    h("ul", { class: "mend" }, mend.map((step) => h("li", {}, step))),
    operator !== "" && h("p", { class: "muted" }, operator),
    h("div", { class: "buttons" }, button("primary", null, server.reload, () => location.reload())),
  ]);
}
