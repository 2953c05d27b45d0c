/** A code in large type, on a plate like a road sign: the one thing to read from across a table. */

import { h } from "../dom.ts";
import * as texts from "../texts.ts";

/** Parts are separate boxes so that a long code breaks only between words; the text still reads and copies as one code. */
export function codeSign(code: string): HTMLElement {
  const [locator = "", ...words] = code.split("-");
  const parts = words.map((word) => [h("span", { class: "sign-hyphen" }, "-"), h("wbr"), h("span", { class: "sign-word" }, word)]);
  return h(
    "p",
    { class: "sign", translate: "no", dir: "ltr" },
    h("span", { class: "visually-hidden" }, `${texts.share.codeLabel}: `),
    h("span", { class: "sign-number" }, locator),
    parts,
  );
}
