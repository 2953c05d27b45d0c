/** Telling the operator of the server what is wrong with a file, or with what somebody publishes. */

import { aboutFile, aboutPeer, type Complaint, FAULTS, isSaid, NOTE_CHARS, type Subject } from "../../directory/reporting.ts";
import type { FoundFile, LibraryInfo } from "../../directory/answers.ts";
import { printable } from "../../transfer/names.ts";
import { said } from "../../words/said.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import { icon } from "../icons.ts";
import * as texts from "../texts.ts";
import { button } from "./button.ts";
import { openDialogue } from "./dialogue.ts";

type Fault = Complaint["fault"];

/** A file that was found; wherever it is, the operator is told of it. */
export function reportFile(app: App, file: FoundFile): Child {
  return opener(app, aboutFile(file), printable(file.name));
}

/** All that somebody publishes. */
export function reportPeer(app: App, library: LibraryInfo): Child {
  return opener(app, aboutPeer(library), texts.report.libraryOf({ who: library.owner.short }));
}

/** Once is enough: then the button says so, and stays where the focus is. */
function opener(app: App, subject: Subject | null, what: string): Child {
  if (subject === null) return null;
  const isReported = (): boolean => app.engine.directory.reported.value.has(subject.key);
  const look = (): void => {
    element.replaceChildren(icon(isReported() ? "check" : "flag"), h("span", {}, isReported() ? texts.report.reported : texts.report.open));
    element.setAttribute("aria-disabled", String(isReported()));
  };
  const element = button("quiet", "flag", texts.report.open, () => void (isReported() || openReport(app, subject, what, look)));
  look();
  return element;
}

function openReport(app: App, subject: Subject, what: string, done: () => void): void {
  openDialogue(texts.report.title({ what }), (close) => {
    const faults = faultChoice();
    const [noteId, hintId] = [uid("note"), uid("hint")];
    const note = h("textarea", { id: noteId, rows: 3, dir: "auto", maxlength: NOTE_CHARS, "aria-describedby": hintId });
    const remark = h("p", { class: "hint", role: "status" });
    let isSending = false;
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const fault = faults.read();
      if (isSending) return;
      if (fault === null) return void (remark.textContent = texts.report.choose);
      if (!isSaid({ fault, note: note.value })) {
        remark.textContent = texts.report.noteMissing;
        return note.focus();
      }
      isSending = true;
      remark.textContent = texts.report.sending;
      try {
        await app.engine.directory.report(subject, { fault, note: note.value });
        done();
        app.say(texts.report.sent);
        close();
      } catch (problem) {
        isSending = false;
        remark.textContent = said(problem instanceof Error ? problem.message : String(problem));
      }
    };
    return h("form", { class: "stack", novalidate: true, onsubmit: (event) => void send(event) }, [
      h("p", {}, texts.report.lead),
      faults.element,
      h("div", { class: "field" }, h("label", { for: noteId }, texts.report.note), note, h("p", { id: hintId, class: "hint" }, texts.report.noteHint)),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "button primary" }, texts.report.send), button("plain", null, texts.dialogue.close, close)),
      remark,
    ]);
  });
}

function faultChoice(): { readonly element: HTMLElement; read(): Fault | null } {
  const name = uid("fault");
  let chosen: Fault | null = null;
  const choice = (fault: Fault): HTMLElement => {
    const id = uid("choice");
    return h("div", { class: "option" }, h("input", { id, type: "radio", name, onchange: () => void (chosen = fault) }), h("label", { for: id }, texts.report.faults[fault]));
  };
  return { element: h("fieldset", { class: "choices" }, h("legend", {}, texts.report.fault), FAULTS.map(choice)), read: () => chosen };
}
