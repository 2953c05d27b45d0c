/** The switch for notices of the system. The browser asks its person only because of it, and may have been told to say no. */

import type { App } from "../app.ts";
import { h, uid } from "../dom.ts";
import { mayNotify } from "../notifier.ts";
import * as texts from "../texts.ts";

export function notifySwitch(app: App): HTMLElement {
  const [id, hintId] = [uid("notify"), uid("hint")];
  const isPossible = "Notification" in window && "serviceWorker" in navigator;
  const words = (): string => {
    if (!isPossible) return texts.notify.impossible;
    return Notification.permission === "denied" ? texts.notify.denied : texts.notify.hint;
  };
  const hint = h("p", { id: hintId, class: "hint", role: "status" }, words());
  const input = h("input", { id, type: "checkbox", role: "switch", "aria-describedby": hintId, checked: mayNotify(app), disabled: !isPossible });
  const change = async (): Promise<void> => {
    const isGranted = !input.checked || (await Notification.requestPermission()) === "granted";
    input.checked = input.checked && isGranted;
    app.memory.change({ notify: input.checked });
    hint.textContent = words();
  };
  input.addEventListener("change", () => void change());
  return h("div", { class: "option" }, input, h("div", {}, h("label", { for: id }, texts.notify.label), hint));
}
