/** A connection explained: people's words first, then the figures, and the whole report to copy. */

import type { ConnectionReport } from "../../gen/peer.ts";
import { h, uid, type Child } from "../dom.ts";
import { end, explain, facts, fate } from "../explain.ts";
import * as texts from "../texts.ts";
import { copyButton } from "./copy_button.ts";

/** Pairs shown; the report has all. */
const CHECKS_SHOWN = 12;

type Say = (words: string) => void;

/** What happened and why, and everything that is known about it. */
export function connectionDetails(report: ConnectionReport, say: Say): Child {
  const { what, why, servers } = explain(report);
  return [h("p", {}, what), sentences(texts.path.why, why), sentences(texts.path.servers, servers), figures(report, say)];
}

/** Why no path opened, what would help, and the details folded away. */
export function failureDetails(report: ConnectionReport, say: Say): Child {
  const { why, help, servers } = explain(report);
  return [
    sentences(texts.path.whyFailed, why),
    sentences(texts.path.servers, servers),
    sentences(texts.path.change, help),
    h("details", { class: "fold" }, h("summary", {}, texts.path.details), h("div", { class: "stack-tight" }, figures(report, say))),
  ];
}

/** A list with its name; no heading, since it stands in views of every depth. */
function sentences(name: string, lines: readonly string[]): Child {
  const id = uid("list");
  const list = h("ul", { class: "sentences", "aria-labelledby": id }, lines.map((line) => h("li", {}, line)));
  return lines.length > 0 && h("div", { class: "stack-tight" }, h("p", { id, class: "list-name" }, name), list);
}

function figures(report: ConnectionReport, say: Say): Child {
  const rows = facts(report).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)));
  return [
    h("dl", { class: "facts" }, rows),
    checksTable(report),
    h("div", { class: "buttons" }, copyButton("plain", texts.path.copy, () => JSON.stringify(report, null, 1), say)),
  ];
}

function checksTable({ checks = [] }: ConnectionReport): Child {
  if (checks.length === 0) return h("p", { class: "hint" }, texts.path.noChecks);
  const head = [texts.path.here, texts.path.there, texts.path.result].map((name) => h("th", { scope: "col" }, name));
  const rows = checks.slice(0, CHECKS_SHOWN).map((check) => {
    return h("tr", { "data-state": check.state }, [end(check.local), end(check.remote), fate(check)].map((cell) => h("td", {}, cell)));
  });
  const rest = checks.length - CHECKS_SHOWN;
  return h("div", { class: "checks", tabindex: 0, role: "region", "aria-label": texts.path.checks }, [
    h("table", {}, h("caption", {}, texts.path.checks), h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
    rest > 0 && h("p", { class: "hint" }, texts.path.more({ rest })),
  ]);
}
