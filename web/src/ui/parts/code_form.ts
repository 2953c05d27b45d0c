/** The field for a code: points out slips while one types, completes words, and opens what the code names. */

import { h, uid } from "../dom.ts";
import { icon } from "../icons.ts";
import { complete, read, type Reading } from "../code_entry.ts";
import type { App } from "../app.ts";
import * as texts from "../texts.ts";
import type { Weight } from "./button.ts";

/** What to say about a reading; empty if there is nothing to say yet. */
export function hintFor(reading: Reading): string {
  if (reading.kind === "whole") return texts.code.ready;
  if (reading.kind !== "wrong") return "";
  return reading.problem === "unknown" ? texts.code.unknown(reading.word, reading.near) : texts.code[reading.problem];
}

export function codeForm(app: App, initial = "", weight: Weight = "primary"): HTMLFormElement {
  const { words } = app.site;
  const [field, hint] = [uid("code"), uid("hint")];
  const input = h("input", {
    id: field, class: "code-input", name: "code", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    enterkeyhint: "go", placeholder: "7-guitar-sunset", "aria-describedby": hint, translate: "no",
  });
  const remark = h("p", { id: hint, class: "hint", "aria-live": "polite" });
  const chips = h("div", { class: "chips", role: "group", "aria-label": texts.code.complete, hidden: true });

  const take = (word: string): void => {
    input.value = complete(input.value, word);
    judge(false);
    input.focus();
  };
  const judge = (done: boolean): Reading => {
    const reading = read(input.value, words, done);
    const wrong = reading.kind === "wrong";
    const say = hintFor(reading) || (done ? texts.code.empty : texts.home.receiveHint);
    if (remark.textContent !== say) remark.textContent = say;
    remark.dataset["kind"] = wrong ? "wrong" : reading.kind;
    input.setAttribute("aria-invalid", String(wrong));
    const completions = reading.kind === "typing" ? reading.completions : [];
    const chip = (word: string): HTMLElement => h("button", { type: "button", class: "chip", onclick: () => take(word) }, word);
    chips.replaceChildren(...completions.map(chip));
    chips.hidden = completions.length === 0;
    return reading;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (judge(true).kind === "whole") tryFetch(app, input.value, remark, input);
    else input.focus();
  };

  input.addEventListener("input", () => judge(false));
  input.value = initial;
  judge(initial !== "");
  return h(
    "form",
    { class: "code-form", novalidate: true, onsubmit: submit },
    h("label", { for: field }, texts.code.label),
    h("div", { class: "code-row" }, input, h("button", { type: "submit", class: `button ${weight}` }, h("span", {}, texts.code.see), icon("arrow"))),
    remark,
    chips,
  );
}

function tryFetch(app: App, code: string, remark: HTMLElement, input: HTMLInputElement): void {
  try {
    app.fetch(code);
  } catch (problem) {
    remark.textContent = problem instanceof Error ? problem.message : String(problem);
    remark.dataset["kind"] = "wrong";
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}
