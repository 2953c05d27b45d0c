/** A link was opened: to files, or to a sealed space. Nothing happens until the person acts: looking at a page uses nothing up. */

import { CodeProblem, format, parse } from "../../secure/code.ts";
import type { Invited } from "../../app/model.ts";
import { isLink } from "../../spaces/space.ts";
import type { App } from "../app.ts";
import { h } from "../dom.ts";
import { button } from "../parts/button.ts";
import { codeForm } from "../parts/code_form.ts";
import { invitationCard } from "../parts/invitation.ts";
import { codeSign } from "../parts/sign.ts";
import * as texts from "../texts.ts";
import type { Stage, View } from "./view.ts";

export function inviteView({ app }: Stage, code: string): View {
  if (isLink(code)) {
    const invited = tried(() => app.engine.spaces.read(code));
    if (invited !== null) return spaceView(app, code, invited);
  }
  const full = tried(() => format(parse(code)));
  const later = button("plain", null, texts.invite.later, () => app.go({ kind: "home" }));
  if (full === null) {
    return {
      title: texts.invite.broken,
      body: h("div", { class: "column" }, [h("h1", {}, texts.invite.broken), h("div", { class: "card" }, codeForm(app, code)), later]),
    };
  }
  return {
    title: texts.invite.title,
    body: h("div", { class: "column" }, [
      h("h1", {}, texts.invite.title),
      codeSign(full),
      h("p", { class: "lead" }, texts.invite.lead),
      h("div", { class: "buttons main-buttons" }, button("primary", "arrow", texts.code.see, () => app.fetch(full)), later),
    ]),
  };
}

/** A link to a sealed space; who is a member already is led there. */
function spaceView(app: App, link: string, { space, isKnown }: Invited): View {
  const title = texts.spaces.invited({ space });
  const home = (): void => app.go({ kind: "home" });
  const known = [
    h("h1", {}, texts.spaces.known({ space })),
    h("div", { class: "buttons main-buttons" }, button("primary", "search", texts.spaces.look, () => app.enter(space)), button("plain", null, texts.spaces.later, home)),
  ];
  const body = isKnown ? known : invitationCard(app, { title, join: () => app.engine.spaces.join(link), decline: home });
  return { title, body: h("div", { class: "column" }, body) };
}

/** Null for what cannot be a code or a link, which the form then explains. */
function tried<T>(read: () => T): T | null {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof CodeProblem) return null;
    throw problem;
  }
}
