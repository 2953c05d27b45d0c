/** For whom a library is: the choice, and, before anything goes out, who would see what of it. */

import type { Audience } from "../../app/model.ts";
import { Cell } from "../../app/cell.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import { list } from "../format.ts";
import * as texts from "../texts.ts";

export interface AudienceChoice {
  readonly element: HTMLElement;
  readonly to: Cell<Audience>;
}

/** Everybody, contacts, or one of the spaces of this browser; the one of this name is chosen, if there is one. */
export function audienceChoice(app: App, space: string | null): AudienceChoice {
  const [id, hintId] = [uid("whom"), uid("hint")];
  const all: readonly (readonly [Audience, string])[] = [
    [{ kind: "everyone" }, texts.library.everyone],
    [{ kind: "contacts" }, texts.library.contacts],
    ...app.engine.spaces.list.value.map((each) => [{ kind: "space", space: each }, texts.spaces.heading({ space: each })] as const),
  ];
  const chosen = Math.max(0, all.findIndex(([to]) => to.kind === "space" && to.space === space));
  const audienceAt = (place: number): Audience => all[place]?.[0] ?? { kind: "everyone" };
  const to = new Cell(audienceAt(chosen));
  const select = h("select", { id, "aria-describedby": hintId, oninput: () => to.set(audienceAt(select.selectedIndex)) }, all.map(([, label], place) => h("option", { value: String(place), selected: place === chosen }, label)));
  const element = h("div", { class: "field" }, h("label", { for: id }, texts.library.whom), select, h("p", { id: hintId, class: "hint" }, texts.library.whomHint));
  return { element, to };
}

/** Who would find it, and what the server would learn. */
export function audienceWords(app: App, to: Audience): Child {
  const { host } = app.site;
  switch (to.kind) {
    case "everyone":
      return h("p", {}, texts.library.toWhom({ host }), " ", texts.library.readsAll);
    case "contacts":
      return [h("p", {}, contactWords(app)), h("p", { class: "muted" }, texts.library.sealedContacts)];
    case "space":
      return [h("p", {}, texts.library.toSpace({ host, space: to.space })), h("p", { class: "muted" }, texts.library.sealed)];
  }
}

/** Who finds it, while it is published. */
export function audienceLine(to: Audience): string {
  switch (to.kind) {
    case "everyone":
      return texts.library.forEveryone;
    case "contacts":
      return texts.library.forContacts;
    case "space":
      return texts.library.forSpace({ space: to.space });
  }
}

/** Whether it can be for them: a space may have been left. */
export function isThere(app: App, to: Audience): boolean {
  return to.kind !== "space" || app.engine.spaces.list.value.includes(to.space);
}

function contactWords({ engine, site: { host } }: App): string {
  const names = engine.contacts.list.value.filter(({ standing }) => standing === "ask" || standing === "always").map(({ name }) => name);
  return names.length === 0 ? texts.library.toNobody : texts.library.toContacts({ host, names: list(names) });
}
