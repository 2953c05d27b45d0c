/** Rows for files, folders and libraries that were found: each is one button, whatever it shows. */

import { bestReach, type FolderInfo, type FoundFile, type LibraryInfo } from "../../directory/answers.ts";
import { marked } from "../../directory/marking.ts";
import type { Kind } from "../../gen/signaling.ts";
import { CONTACTS } from "../../spaces/space.ts";
import { printable } from "../../transfer/names.ts";
import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { bytes, list } from "../format.ts";
import { icon, type Icon } from "../icons.ts";
import * as texts from "../texts.ts";
import { likenessMark } from "./likeness.ts";

const KIND_ICONS: Readonly<Record<Kind, Icon>> = {
  picture: "picture", audio: "audio", video: "video", text: "text", document: "document", archive: "archive", program: "program", other: "file",
};

/** A file: its name with what was looked for marked, where it is, and at whom; `words` is what was looked for. */
export function fileRow(app: App, file: FoundFile, words: string): HTMLElement {
  const { name, folder, size, kind } = file;
  const shown = marked(printable(name), words).map(({ text, isMarked }) => (isMarked ? h("mark", {}, text) : text));
  return row(() => app.fetchFile(file), [
    icon(KIND_ICONS[kind]),
    h("span", { class: "hit-words" }, [
      named(shown),
      folder !== "" && h("span", { class: "muted" }, texts.find.in, " ", h("bdi", {}, printable(folder))),
      owners(app, file),
    ]),
    facts(h("span", { class: "visually-hidden" }, texts.find.kindOf[kind]), h("bdi", {}, bytes(size)), reach(file.sources)),
  ]);
}

export function folderRow({ name, files, bytes: size }: FolderInfo, press: () => void): HTMLElement {
  return row(press, [
    icon("folder"),
    h("span", { class: "hit-words" }, named(printable(name))),
    facts(texts.amount(files, size)),
  ]);
}

export function libraryRow(app: App, library: LibraryInfo): HTMLElement {
  const { owner, name, description, files, bytes: size, isWhole } = library;
  const what = library.space === undefined ? texts.amount(files, size) : texts.spaces.files({ files });
  const element = row(() => app.go({ kind: "browse", place: { library, path: "" } }), [
    icon("person"),
    h("span", { class: "hit-words" }, [
      h("span", { class: "hit-name" }, h("bdi", { class: "short" }, nameOf(library)), " ", quoted(name)),
      likenessMark(app, name, owner.id),
      description !== "" && h("span", { class: "muted" }, h("bdi", {}, description)),
    ]),
    facts(isWhole ? what : texts.find.soFar({ what }), reach([library])),
  ]);
  element.querySelector("button")?.setAttribute("data-key", library.library);
  return element;
}

/** Two words, or, where only a contact of ours could have made what was found, what our person calls it. */
function nameOf({ owner, space }: LibraryInfo): string {
  return space === CONTACTS ? owner.name : owner.short;
}

/** Names of any direction begin where the names around them do. */
function named(name: Child): HTMLElement {
  return h("span", { class: "hit-name" }, h("bdi", {}, name));
}

/** What an owner calls a library. */
function quoted(name: string): HTMLElement {
  return h("span", { class: "muted" }, texts.find.quoted({ name }));
}

function row(press: () => void, content: Child): HTMLElement {
  return h("li", {}, h("button", { type: "button", class: "hit", "data-row": true, onclick: press }, content));
}

/** Who has it: those who are named first, and how many there are beside them. */
function owners(app: App, { sources, count }: FoundFile): Child {
  const [first] = sources as readonly [LibraryInfo];
  const rest = count - 1;
  const who = h("span", { class: "hit-who" }, [
    icon("person"),
    h("span", {}, h("bdi", { class: "short" }, nameOf(first)), " ", quoted(first.name), rest > 0 && [" ", texts.find.others({ rest })]),
  ]);
  return [who, likenessMark(app, first.name, first.owner.id)];
}

function facts(...lines: readonly Child[]): HTMLElement {
  return h("span", { class: "hit-facts" }, lines);
}

/** How it would come, and what stands before that. */
function reach(sources: readonly LibraryInfo[]): Child {
  const best = bestReach(sources);
  const isAsked = sources.every(({ asks }) => asks);
  const isAway = sources.every((each) => each.isAway);
  const words = [isAway && texts.find.away, isAsked && texts.find.asks, best !== null && texts.find.reach[best]].filter((each) => each !== false);
  return words.length > 0 && h("span", { class: "hit-reach", "data-reach": best }, list(words));
}
