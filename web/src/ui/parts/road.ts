/** Progress as a road between two places: how far it is covered, whether it goes over a relay, and the figures below. */

import type { TransferState, Watchable } from "../../app/model.ts";
import { type Figures, figures, legend, personName, phaseWords, shown, type Side } from "../describe.ts";
import { h, setOrRemove } from "../dom.ts";
import { list } from "../format.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";

/**
 * From so many percent at once on, the road is seen to be covered; less is just covered, a step at a time. A large file comes in
 * small steps, and what moves without end is drawn sixty times a second: that costs more of the processor than hashing does.
 */
const LEAP = 5;

/** Phases whose length nobody knows. */
function isIndefinite(state: TransferState): boolean {
  return state.phase === "meeting" || state.phase === "connecting" || state.phase === "reconnecting";
}

export function road(scope: Scope, source: Watchable<TransferState>): HTMLElement {
  const cover = h("span", { class: "road-cover" });
  const bar = h("div", { class: "road", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, cover);
  let covered = 0;
  scope.watch(source, (state) => {
    const percent = shown(state);
    setOrRemove(bar, "data-phase", state.phase);
    setOrRemove(bar, "data-scope", state.path?.scope ?? "");
    setOrRemove(bar, "aria-label", texts.transfer.progress({ who: personName(state.person) }));
    const next = state.phase === "asking" ? 0 : percent;
    if (next !== covered) {
      cover.classList.toggle("leaps", Math.abs(next - covered) >= LEAP);
      cover.style.setProperty("--uncovered", `${next - 100}%`);
      covered = next;
    }
    const { part, amount, rate, left } = figures(state);
    const words = list([part, amount, rate, left].filter((figure) => figure !== ""));
    // Without a value it is a progress bar of unknown length (WAI-ARIA 1.2).
    setOrRemove(bar, "aria-valuenow", isIndefinite(state) ? null : String(percent));
    setOrRemove(bar, "aria-valuetext", isIndefinite(state) ? null : words);
  });
  return bar;
}

/** The line below the road: phase in words, then percent, amount, speed and time left in columns that do not jump. */
export function roadLegend(scope: Scope, source: Watchable<TransferState>, side: Side): HTMLElement {
  const figure = (name: keyof Figures): HTMLElement => h("span", { class: `figure ${name}` }, scope.text(source, (state) => legend(state)[name]));
  const phase = h("span", { class: "phase" }, scope.text(source, (state) => phaseWords(state, side)));
  return h("div", { class: "legend" }, phase, figure("part"), figure("amount"), figure("rate"), figure("left"));
}
