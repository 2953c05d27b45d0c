/** What NAT and firewall the person is behind, what works through them, and what would help. */

import type { Findings } from "../../check/findings.ts";
import { advice, prospects, rungs, type Advice } from "../../check/prospects.ts";
import type { CheckState } from "../../app/model.ts";
import type { App } from "../app.ts";
import { foundRows, verdictOf, type Tone } from "../check_words.ts";
import { h, type Child } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import { button } from "../parts/button.ts";
import { copyButton } from "../parts/copy_button.ts";
import { networkDrawing } from "../parts/network_drawing.ts";
import { notice } from "../parts/notice.ts";
import * as texts from "../texts.ts";
import { said } from "../../words/said.ts";
import type { Stage, View } from "./view.ts";

const SIGNS: Readonly<Record<Tone, Icon>> = { good: "check", some: "info", bad: "close", unknown: "question", off: "minus" };

const PROSPECT_TONES = { direct: "good", maybe: "some", relay: "some", none: "bad", unknown: "unknown" } as const satisfies Record<string, Tone>;
const RUNG_TONES = { yes: "good", some: "some", no: "bad", unknown: "unknown", off: "off" } as const satisfies Record<string, Tone>;

export function checkView({ app, scope }: Stage): View {
  const { state } = app.engine.check();
  const body = scope.region(state, ({ kind }) => kind, (now) => build(app, now));
  return { title: texts.check.title, body: h("div", { class: "column check" }, body) };
}

function build(app: App, state: CheckState): Child {
  switch (state.kind) {
    case "running":
      return h("div", { class: "waiting" }, [
        h("h1", {}, texts.check.running),
        h("p", { class: "lead" }, texts.check.runningLead),
        h("div", { class: "road", "data-phase": "connecting", "aria-hidden": "true" }),
      ]);
    case "failed":
      return [h("h1", {}, texts.check.failed), notice("bad", said(state.message)), buttons(app, null)];
    case "done":
      return found(app, state.findings);
  }
}

function found(app: App, findings: Findings): Child {
  const { title, lead } = verdictOf(findings);
  const { check } = texts;
  app.say(`${title}. ${lead}`);
  return [
    h("h1", {}, title),
    h("p", { class: "lead" }, lead),
    h("div", { class: "card" }, networkDrawing(findings, lead)),
    section(check.adviceTitle, h("ul", { class: "advice", role: "list" }, advice(findings).map((each) => h("li", {}, adviceNotice(each, findings))))),
    section(check.partnersTitle, table(prospects(findings).map(([who, how]) => [check.partners[who], check.prospects[how], PROSPECT_TONES[how]]))),
    section(check.foundTitle, table(foundRows(findings))),
    section(check.rungsTitle, table(rungs(findings).map(([rung, state]) => [check.rungs[rung], check.rungStates[state], RUNG_TONES[state]])), h("p", { class: "hint" }, check.rungsNote)),
    buttons(app, findings),
  ];
}

function adviceNotice(each: Advice, findings: Findings): HTMLElement {
  if (each === "not-measured") return notice("info", texts.check.notMeasured[findings.servers === 0 ? "none" : "one"]);
  return notice(each === "nothing" ? "good" : "warn", texts.check.advice[each]);
}

function section(title: string, ...content: Child[]): HTMLElement {
  return h("section", { class: "stack-tight" }, h("h2", {}, title), content);
}

function table(rows: readonly (readonly [string, string, Tone])[]): HTMLElement {
  const row = ([term, words, tone]: readonly [string, string, Tone]): HTMLElement =>
    h("div", { "data-tone": tone }, h("dt", {}, term), h("dd", {}, icon(SIGNS[tone]), h("span", {}, words)));
  return h("dl", { class: "card answers" }, rows.map(row));
}

function buttons(app: App, findings: Findings | null): HTMLElement {
  const { check } = texts;
  return h("div", { class: "buttons main-buttons" }, [
    button("primary", "arrow", check.home, () => app.go({ kind: "home" })),
    button("plain", null, check.again, () => app.go({ kind: "check" })),
    findings !== null && copyButton("plain", check.copy, () => JSON.stringify(findings, null, 1), (words) => app.say(words)),
  ]);
}
