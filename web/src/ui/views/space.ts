/** A sealed space: inviting others to it, by a code for one or by the link, and what else a member does. */

import type { Inviting, ShareState } from "../../app/model.ts";
import { Cell } from "../../app/cell.ts";
import type { App } from "../app.ts";
import { h, uid, type Child } from "../dom.ts";
import { duration } from "../format.ts";
import { button } from "../parts/button.ts";
import { copyButton } from "../parts/copy_button.ts";
import { confirm } from "../parts/dialogue.ts";
import { notice } from "../parts/notice.ts";
import { qrCode } from "../parts/qr.ts";
import { codeSign } from "../parts/sign.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

/** The invitation to each space, which waits while other views are open. */
const invitations = new WeakMap<App, Map<string, Cell<Inviting | null>>>();

function invitationTo(app: App, space: string): Cell<Inviting | null> {
  const all = invitations.get(app) ?? new Map<string, Cell<Inviting | null>>();
  invitations.set(app, all);
  const cell = all.get(space) ?? new Cell<Inviting | null>(null);
  all.set(space, cell);
  return cell;
}

export function spaceView({ app, scope }: Stage, space: string): View {
  const title = texts.spaces.heading({ space });
  const body = h("div", { class: "column" }, [
    h("h1", {}, title),
    h("p", { class: "lead" }, texts.spaces.lead),
    h("div", { class: "buttons" }, [
      button("plain", "search", texts.spaces.look, () => app.enter(space)),
      app.library === null && button("plain", "folder", texts.spaces.publish, () => app.go({ kind: "library", activity: null, space })),
      button("quiet", null, texts.spaces.leave, () => askLeave(app, space, () => app.go({ kind: "contacts" }))),
    ]),
    inviting(app, space, scope),
  ]);
  return { title, body };
}

/** Leaves it, if the person still wants to when they know what that means; then goes on. */
export function askLeave(app: App, space: string, onLeft: () => void): void {
  confirm(texts.spaces.leaveTitle({ space }), texts.spaces.leaveText, texts.spaces.leave, () => {
    invitationTo(app, space).value?.stop();
    invitations.get(app)?.delete(space);
    app.engine.spaces.leave(space);
    app.say(texts.spaces.left({ space }));
    onLeft();
  });
}

function inviting(app: App, space: string, scope: Scope): HTMLElement {
  const [title, codeTitle, linkTitle] = [uid("invite"), uid("code"), uid("link")];
  const link = app.engine.spaces.link(space);
  const invitation = invitationTo(app, space);
  return h("section", { class: "stack", "aria-labelledby": title }, [
    h("h2", { id: title }, texts.spaces.inviteTitle),
    h("p", {}, texts.spaces.trust),
    h("section", { class: "card stack-tight", "aria-labelledby": codeTitle }, [
      h("h3", { id: codeTitle }, texts.spaces.byCode),
      h("p", { class: "hint" }, texts.spaces.byCodeHint),
      scope.region(invitation, (value) => value, (value, inner) => code(app, space, value, inner)),
    ]),
    h("section", { class: "card stack-tight", "aria-labelledby": linkTitle }, [
      h("h3", { id: linkTitle }, texts.spaces.byLink),
      h("p", { class: "hint" }, texts.spaces.copyHint),
      h("div", { class: "buttons" }, copyButton("plain", texts.spaces.copy, () => link, (words) => app.say(words))),
      h("details", {}, h("summary", {}, texts.share.qr), qrCode(link)),
    ]),
  ]);
}

/** The code of an invitation, or the way to one. */
function code(app: App, space: string, invitation: Inviting | null, scope: Scope): Child {
  const cell = invitationTo(app, space);
  const get = (label: string): HTMLElement => button("primary", "plus", label, () => cell.set(app.engine.spaces.invite(space)));
  if (invitation === null) return h("div", { class: "buttons" }, get(texts.spaces.getCode));
  const key = (state: ShareState): unknown => (state.kind === "open" ? `${state.code} ${state.guesses}` : state.kind);
  const members = scope.region(invitation.members, (all) => all.length, (all) => all.map((person) => notice("good", texts.spaces.member({ who: person.name === "" ? person.short : `${person.short} (${person.name})` }))));
  members.setAttribute("role", "status");
  return [members, scope.region(invitation.state, key, (state, inner) => waiting(app, state, inner, get))];
}

function waiting(app: App, state: ShareState, scope: Scope, get: (label: string) => HTMLElement): Child {
  switch (state.kind) {
    case "opening":
      return h("p", { class: "muted" }, texts.share.opening);
    case "open": {
      const life = h("p", { class: "muted" });
      scope.every(1000, () => void (life.textContent = texts.share.ends({ time: duration(Math.max(0, (state.until - Date.now()) / 1000)) })));
      const wrong = state.guesses;
      return [codeSign(state.code), wrong > 0 && notice("warn", texts.share.guesses({ wrong })), life, h("div", { class: "buttons" }, copyButton("plain", texts.share.copyCode, () => state.code, (words) => app.say(words)))];
    }
    case "handed":
    case "closed":
      return [h("p", { class: "muted" }, texts.spaces.codeOver), h("div", { class: "buttons" }, get(texts.share.again))];
    case "failed":
      return [notice("bad", said(state.problem.message)), h("div", { class: "buttons" }, get(texts.share.again))];
  }
}
