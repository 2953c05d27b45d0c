/** A boxed remark: something to know, to mind, or to mend. */

import { h, type Child } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";

export type Tone = "info" | "good" | "warn" | "bad";

const SIGNS: Readonly<Record<Tone, Icon>> = { info: "info", good: "check", warn: "warning", bad: "warning" };

export function notice(tone: Tone, ...content: Child[]): HTMLElement {
  return h("div", { class: `notice ${tone}` }, icon(SIGNS[tone]), h("div", { class: "stack-tight" }, content));
}
