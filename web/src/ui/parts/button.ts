/** Buttons, with an icon and words. */

import { h, type Attributes, type Child } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import * as texts from "../texts.ts";

export type Weight = "primary" | "plain" | "quiet" | "danger";

/** A button; every one says in words what it does. */
export function button(weight: Weight, sign: Icon | null, words: Child, press: () => void, more: Attributes = {}): HTMLButtonElement {
  const label = h("span", {}, words);
  // An arrow points onwards, so it follows the words.
  const face = sign === null ? [label] : sign === "arrow" ? [label, icon(sign)] : [icon(sign), label];
  return h("button", { type: "button", class: `button ${weight}`, onclick: press, ...more }, face);
}

/** How long the word "Copied" stays: long enough to be read, short enough to copy again. */
const COPIED_MS = 2000;

/** A button that copies, and says whether that worked, on itself and aloud. */
export function copyButton(weight: Weight, words: string, content: () => string, say: (words: string) => void): HTMLButtonElement {
  const label = h("span", {}, words);
  const show = (sign: Icon, text: string): void => {
    element.replaceChildren(icon(sign), label);
    label.textContent = text;
  };
  const copy = async (): Promise<void> => {
    const worked = await navigator.clipboard.writeText(content()).then(() => true, () => false);
    const result = worked ? texts.share.copied : texts.share.copyFailed;
    say(result);
    show(worked ? "check" : "warning", result);
    setTimeout(() => show("copy", words), COPIED_MS);
  };
  const element = h("button", { type: "button", class: `button ${weight}`, onclick: () => void copy() }, icon("copy"), label);
  return element;
}
