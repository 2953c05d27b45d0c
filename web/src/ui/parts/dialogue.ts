/** Modal dialogues on the browser's own `<dialog>`, which keeps the focus inside and gives it back. */

import { h, uid, type Child } from "../dom.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";

/** Opens a dialogue; `build` gets a function that closes it. */
export function openDialogue(title: string, build: (close: () => void) => Child): void {
  const heading = uid("dialogue");
  const dialogue = h("dialog", { class: "dialogue", "aria-labelledby": heading });
  const close = (): void => dialogue.close();
  dialogue.append(h("h2", { id: heading, tabindex: -1, autofocus: true }, title), h("div", { class: "stack" }, build(close)));
  dialogue.addEventListener("close", () => dialogue.remove());
  dialogue.addEventListener("click", (event) => {
    if (event.target === dialogue) close();
  });
  document.body.append(dialogue);
  dialogue.showModal();
}

/** Asks before something that cannot be taken back. */
export function confirm(title: string, text: string, action: string, act: () => void): void {
  openDialogue(title, (close) => [
    h("p", {}, text),
    h("div", { class: "buttons" }, [
      button("danger", null, action, () => {
        close();
        act();
      }),
      button("plain", null, texts.dialogue.back, close),
    ]),
  ]);
}
