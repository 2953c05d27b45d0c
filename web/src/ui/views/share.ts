/** Something is shared: the code to pass on, and who came for it. */

import type { HandedShare, ShareState } from "../../app/model.ts";
import type { ShareActivity } from "../activity.ts";
import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { isRunning } from "../describe.ts";
import { duration, when } from "../format.ts";
import { acquaintance } from "../parts/acquaintance.ts";
import { button } from "../parts/button.ts";
import { copyButton } from "../parts/copy_button.ts";
import { confirm } from "../parts/dialogue.ts";
import { handingButton, handingState, stopButton } from "../parts/handing.ts";
import { notice } from "../parts/notice.ts";
import { qrCode } from "../parts/qr.ts";
import { receiverList } from "../parts/receivers.ts";
import { codeSign } from "../parts/sign.ts";
import type { Scope } from "../scope.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import { deliveryView } from "./delivery.ts";
import type { Stage, View } from "./view.ts";

const TONES = { used: "good", expired: "info", burned: "warn", stopped: "info", called: "info" } as const;

type Open = Extract<ShareState, { kind: "open" }>;

export function shareView({ app, scope }: Stage, activity: ShareActivity): View {
  const { share, to } = activity;
  if (to !== undefined) return deliveryView(app, scope, activity, to);
  const key = (state: ShareState): unknown => (state.kind === "open" ? state.code : state.kind);
  const build = (state: ShareState, inner: Scope): Child => {
    switch (state.kind) {
      case "opening":
        return opening();
      case "open":
        return open(app, activity, state, inner);
      case "closed":
        return ended(app, activity, texts.share.closedTitle[state.reason], notice(TONES[state.reason], texts.share.closed[state.reason]));
      case "handed":
        return handedOver(app, activity, state.share);
      case "failed":
        return ended(app, activity, texts.share.failed, notice("bad", said(state.problem.message)));
    }
  };
  return {
    title: texts.share.title,
    body: [scope.region(share.state, key, build), receiverList(app, scope, share, undefined, (inner, each) => acquaintance(app, inner, each))],
  };
}

function opening(): Child {
  return h("div", { class: "waiting" }, h("h1", {}, texts.share.opening), h("div", { class: "road", "data-phase": "connecting", "aria-hidden": "true" }));
}

function open(app: App, activity: ShareActivity, state: Open, scope: Scope): Child {
  const { summary } = activity.share;
  return h("div", { class: "share" }, [
    h("div", { class: "share-code" }, [
      h("h1", {}, texts.share.title),
      h("p", { class: "lead" }, texts.share.lead),
      codeSign(state.code),
      passOn(app, state),
      h("p", { class: "what" }, h("bdi", {}, summary.title), " ", h("span", { class: "muted" }, texts.contents(summary))),
      remarks(scope, activity),
      h("div", { class: "buttons" }, [
        button("plain", "close", texts.share.stop, () => askStop(activity)),
        activity.share.handing?.isPossible === true && handingButton(app, activity.share.handing),
      ]),
      activity.share.handing !== undefined && handingState(scope, activity.share.handing),
    ]),
    h("div", { class: "share-qr" }, qrCode(state.link)),
  ]);
}

function passOn(app: App, state: Pick<Open, "code" | "link">): HTMLElement {
  const say = (words: string): void => app.say(words);
  const sendLink = (): void => void navigator.share({ title: texts.app.name, url: state.link }).catch(() => undefined);
  return h("div", { class: "stack-tight" }, [
    h("div", { class: "buttons" }, [
      copyButton("primary", texts.share.copyLink, () => state.link, say),
      copyButton("plain", texts.share.copyCode, () => state.code, say),
      "share" in navigator && button("plain", "share", texts.share.send, sendLink),
    ]),
    h("input", { class: "link", type: "text", readonly: true, dir: "ltr", value: state.link, "aria-label": texts.share.link, translate: "no",
      onfocus: (event) => (event.target as HTMLInputElement).select() }),
  ]);
}

/** A contact serves it: the code is as good as before, and this page is needed no more. */
function handedOver(app: App, { share: { summary } }: ShareActivity, share: HandedShare): Child {
  const { by: { name }, until } = share;
  return h("div", { class: "share" }, [
    h("div", { class: "share-code" }, [
      h("h1", {}, h("bdi", {}, texts.handing.done({ name }))),
      h("p", { class: "lead" }, texts.handing.doneLead({ name, time: when(until) })),
      codeSign(share.code),
      passOn(app, share),
      h("p", { class: "what" }, h("bdi", {}, summary.title), " ", h("span", { class: "muted" }, texts.contents(summary))),
      h("div", { class: "buttons" }, [stopButton(app, share), button("plain", null, texts.share.other, () => app.go({ kind: "home" }))]),
    ]),
    h("div", { class: "share-qr" }, qrCode(share.link)),
  ]);
}

/** What to know while the code is open; the time runs, and wrong guesses appear. */
function remarks(scope: Scope, { share }: ShareActivity): HTMLElement {
  const life = document.createTextNode("");
  const state = (): Open | null => (share.state.value.kind === "open" ? share.state.value : null);
  scope.every(1000, () => {
    const left = ((state()?.until ?? 0) - Date.now()) / 1000;
    const words = left > 0 ? texts.share.ends({ time: duration(left) }) : texts.share.ending;
    if (life.data !== words) life.data = words;
  });
  const guesses = scope.region(share.state, () => state()?.guesses ?? 0, () => {
    const wrong = state()?.guesses ?? 0;
    return wrong > 0 && notice("warn", texts.share.guesses({ wrong }));
  });
  const keep = share.summary.text ? texts.share.keepOpenText : texts.share.keepOpen;
  return h("div", { class: "stack-tight" }, h("p", { class: "muted" }, keep, " ", life), guesses);
}

function ended(app: App, activity: ShareActivity, title: string, remark: HTMLElement): Child {
  return h("div", { class: "stack" }, [
    h("h1", {}, title),
    remark,
    h("div", { class: "buttons main-buttons" }, [
      button("primary", "arrow", texts.share.again, () => activity.again()),
      button("plain", null, texts.share.other, () => app.go({ kind: "home" })),
    ]),
  ]);
}

function askStop({ share }: ShareActivity): void {
  const busy = share.receivers.value.some((receiver) => isRunning(receiver.state.value));
  if (busy) confirm(texts.share.stopTitle, texts.share.stopText, texts.share.stop, () => share.stop());
  else share.stop();
}
