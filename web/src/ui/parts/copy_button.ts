/** A button that copies, and where the browser does not let it, shows what is to be copied by hand. */

import { h, uid, type Attributes } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import * as texts from "../texts.ts";
import { button, type Weight } from "./button.ts";
import { openDialogue } from "./dialogue.ts";

/** How long the word "Copied" stays: long enough to be read, short enough to copy again. */
const COPIED_MS = 2000;

/** Says whether it worked, on itself and aloud. */
export function copyButton(weight: Weight, words: string, content: () => string, say: (words: string) => void, more: Attributes = {}): HTMLButtonElement {
  const label = h("span", {}, words);
  const show = (sign: Icon, text: string): void => {
    element.replaceChildren(icon(sign), label);
    label.textContent = text;
  };
  const copy = async (): Promise<void> => {
    const text = content();
    const worked = await navigator.clipboard.writeText(text).then(() => true, () => false);
    if (!worked) return byHand(text);
    say(texts.share.copied);
    show("check", texts.share.copied);
    setTimeout(() => show("copy", words), COPIED_MS);
  };
  const element = h("button", { type: "button", class: `button ${weight}`, onclick: () => void copy(), ...more }, icon("copy"), label);
  return element;
}

function byHand(text: string): void {
  openDialogue(texts.share.copyFailed, (close) => {
    const id = uid("copy");
    const area = h("textarea", { id, rows: 6, readonly: true, dir: "auto", translate: "no", onfocus: () => area.select() });
    area.value = text;
    return [
      h("div", { class: "field" }, h("label", { for: id }, texts.share.copyByHand), area),
      h("div", { class: "buttons" }, button("plain", null, texts.dialogue.close, close)),
    ];
  });
}
