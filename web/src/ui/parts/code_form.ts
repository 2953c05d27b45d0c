/** The field for a code: points out slips while one types, completes words, and opens what the code names. */

import { h, uid } from "../dom.ts";
import { icon } from "../icons.ts";
import { complete, read, type Reading } from "../code_entry.ts";
import type { App } from "../app.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Weight } from "./button.ts";

/** What to say about a reading; empty if there is nothing to say yet. */
export function hintFor(reading: Reading): string {
  if (reading.kind === "whole") return texts.code.ready;
  if (reading.kind !== "wrong") return "";
  if (reading.problem !== "unknown") return texts.code[reading.problem];
  const { word, near } = reading;
  return near === null ? texts.code.unknown({ word }) : texts.code.near({ word, near });
}

/** What a form is for: what becomes of a code (it may throw, with words for the person), and the words around it. */
interface Purpose {
  readonly label: string;
  readonly hint: string;
  readonly action: string;
  readonly use: (code: string) => void;
  /** What is said once the code is used, if the form stays. */
  readonly used: string;
}

/** The form; `initial` is a code that did not work, to be corrected. */
export function codeForm(app: App, initial = "", weight: Weight = "primary"): HTMLFormElement {
  const { label, see: action } = texts.code;
  return new CodeForm(app, initial, weight, { label, hint: texts.home.receiveHint, action, use: (code) => app.fetch(code), used: "" }).element;
}

/** The form for one more code of what is fetched already. */
export function anotherCodeForm(app: App, use: (code: string) => void): HTMLFormElement {
  const { label, hint, action, used } = texts.senders;
  return new CodeForm(app, "", "plain", { label, hint, action, use, used }).element;
}

class CodeForm {
  readonly element: HTMLFormElement;
  readonly #app: App;
  readonly #purpose: Purpose;
  readonly #remark = h("p", { id: uid("hint"), class: "hint", "aria-live": "polite" });
  readonly #chips = h("div", { class: "chips", role: "group", "aria-label": texts.code.complete });
  readonly #input = h("input", {
    id: uid("code"), class: "code-input", name: "code", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    enterkeyhint: "go", placeholder: "7-guitar-sunset", dir: "ltr", "aria-describedby": this.#remark.id, translate: "no", oninput: () => this.#judge(false),
  });

  constructor(app: App, initial: string, weight: Weight, purpose: Purpose) {
    this.#app = app;
    this.#purpose = purpose;
    const see = h("button", { type: "submit", class: `button ${weight}` }, h("span", {}, purpose.action), icon("arrow"));
    const submit = (event: Event): void => {
      event.preventDefault();
      this.#submit();
    };
    const label = h("label", { for: this.#input.id }, purpose.label);
    const row = h("div", { class: "code-row" }, this.#input, see);
    this.element = h("form", { class: "code-form", novalidate: true, onsubmit: submit }, label, row, this.#remark, this.#chips);
    this.#input.value = initial;
    if (this.#judge(initial !== "").kind === "whole") this.#say(texts.code.correct, "typing");
  }

  #judge(done: boolean): Reading {
    const reading = read(this.#input.value, this.#app.site.words, done);
    this.#say(hintFor(reading) || (done ? texts.code.empty : this.#purpose.hint), reading.kind);
    this.#offer(reading.kind === "typing" ? reading.completions : []);
    return reading;
  }

  #say(words: string, kind: Reading["kind"]): void {
    if (this.#remark.textContent !== words) this.#remark.textContent = words;
    this.#remark.dataset["kind"] = kind;
    this.#input.setAttribute("aria-invalid", String(kind === "wrong"));
  }

  #offer(completions: readonly string[]): void {
    this.#chips.replaceChildren(...completions.map((word) => h("button", { type: "button", class: "chip", onclick: () => this.#take(word) }, word)));
    this.#chips.hidden = completions.length === 0;
  }

  /** Ready for the next. */
  #clear(): void {
    this.#input.value = "";
    this.#offer([]);
    this.#say(this.#purpose.used, "empty");
  }

  #take(word: string): void {
    this.#input.value = complete(this.#input.value, word);
    this.#judge(false);
    this.#input.focus();
  }

  #submit(): void {
    if (this.#judge(true).kind !== "whole") return this.#input.focus();
    try {
      this.#purpose.use(this.#input.value);
      this.#clear();
    } catch (problem) {
      this.#say(said(problem instanceof Error ? problem.message : String(problem)), "wrong");
      this.#input.focus();
    }
  }
}
