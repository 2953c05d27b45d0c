/** Buttons, with an icon and words. */

import { h, type Attributes, type Child } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";

export type Weight = "primary" | "plain" | "quiet" | "danger";

/** A button; every one says in words what it does. */
export function button(weight: Weight, sign: Icon | null, words: Child, press: () => void, more: Attributes = {}): HTMLButtonElement {
  const label = h("span", {}, words);
  // An arrow points onwards, so it follows the words.
  const face = sign === null ? [label] : sign === "arrow" ? [label, icon(sign)] : [icon(sign), label];
  return h("button", { type: "button", class: `button ${weight}`, onclick: press, ...more }, face);
}
