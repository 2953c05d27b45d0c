/** Pause, resume and cancel of one transfer. */

import type { TransferState, Watchable } from "../../app/model.ts";
import { hasFigures, isRunning, personName } from "../describe.ts";
import { h, setOrRemove } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";

/** What can be done to a transfer. */
export interface Controlled {
  readonly state: Watchable<TransferState>;
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** Pause becomes Resume in place, so the focus stays; at the end it goes to the card around. `askCancel` asks first, where something would be lost. */
export function controls(scope: Scope, transfer: Controlled, askCancel: (cancel: () => void) => void): HTMLElement {
  const { state } = transfer;
  const who = (): string => personName(state.value.person);
  const isMine = (): boolean => state.value.pausedBy === "me";
  const toggle = button("plain", null, "", () => (isMine() ? transfer.resume() : transfer.pause()));
  const stop = button("plain", "close", texts.transfer.cancel, () => askCancel(() => transfer.cancel()));
  const box = h("div", { class: "buttons controls" }, toggle, stop);
  const face = (sign: Icon, words: string): void => {
    if (toggle.textContent === words) return;
    toggle.replaceChildren(icon(sign), h("span", {}, words));
  };
  scope.watch(state, (now) => {
    const action = isMine() ? texts.transfer.resume : texts.transfer.pause;
    face(isMine() ? "play" : "pause", action);
    setOrRemove(toggle, "aria-label", texts.transfer.forWhom({ action, who: who() }));
    setOrRemove(stop, "aria-label", texts.transfer.forWhom({ action: texts.transfer.cancel, who: who() }));
    setOrRemove(toggle, "hidden", hasFigures(now) ? null : "");
    if (!isRunning(now) && box.contains(document.activeElement)) box.closest<HTMLElement>("[tabindex]")?.focus();
    setOrRemove(box, "hidden", isRunning(now) ? null : "");
  });
  return box;
}
