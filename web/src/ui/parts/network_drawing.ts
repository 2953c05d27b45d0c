/** A drawing of the way from this device to others: a router, the Internet, a server, and what lets through or not. */

import type { Findings } from "../../check/findings.ts";
import { outlook, type Outlook } from "../../check/prospects.ts";
import { svg, uid } from "../dom.ts";
import * as texts from "../texts.ts";

/** Left edges and middle line of the drawing, in its own units. */
const PLACES = { device: 70, nat: 260, internet: 450, other: 640 } as const;
const LEVEL = 150;
const SERVER_LEVEL = 42;

/** What is said in words below; so this needs only a name and a summary. */
export function networkDrawing(findings: Findings, summary: string): SVGSVGElement {
  const { drawing } = texts.check;
  const [title, desc] = [uid("drawing"), uid("drawing")];
  const { toInternet, toOthers, toServer } = outlook(findings);
  return svg("svg", { class: "drawing", viewBox: "0 0 710 220", role: "img", "aria-labelledby": `${title} ${desc}` }, [
    svg("title", { id: title }, drawing.title),
    svg("desc", { id: desc }, summary),
    line(PLACES.device + 44, PLACES.nat - 34, findings.hasAddresses ? "open" : "closed"),
    line(PLACES.nat + 34, PLACES.internet - 50, toInternet),
    line(PLACES.internet + 50, PLACES.other - 30, toOthers),
    serverLine(toServer),
    device(PLACES.device),
    router(PLACES.nat, findings.mapping === "none"),
    internet(PLACES.internet),
    phone(PLACES.other),
    server(PLACES.internet, findings.relay === "works"),
    label(PLACES.device, LEVEL + 62, drawing.device),
    findings.mapping !== "none" && label(PLACES.nat, LEVEL + 62, drawing.nat),
    label(PLACES.internet, LEVEL + 62, drawing.internet),
    label(PLACES.other, LEVEL + 62, drawing.other),
    svg("text", { class: "drawing-label drawing-beside", x: PLACES.internet + 46, y: SERVER_LEVEL + 6 }, findings.relay === "works" ? drawing.serverAndRelay : drawing.server),
  ]);
}

/** Solid, dashed, dotted or broken with a bar: the state is in the shape, and not in the colour alone. */
function line(from: number, to: number, state: Outlook): SVGGElement {
  const middle = (from + to) / 2;
  return svg("g", { class: `drawing-way ${state}` }, [
    svg("path", { d: `M${from} ${LEVEL}H${to}` }),
    state === "closed" && svg("path", { class: "drawing-bar", d: `M${middle - 11} ${LEVEL - 11}l22 22M${middle + 11} ${LEVEL - 11}l-22 22` }),
    state === "unknown" && svg("text", { class: "drawing-mark", x: middle, y: LEVEL - 14 }, "?"),
  ]);
}

function serverLine(state: Outlook): SVGGElement {
  const middle = PLACES.nat - 30;
  return svg("g", { class: `drawing-way ${state}` }, [
    svg("path", { d: `M${PLACES.device} ${LEVEL - 36}V${SERVER_LEVEL + 12}q0-12 12-12H${PLACES.internet - 34}` }),
    state === "closed" && svg("path", { class: "drawing-bar", d: `M${middle - 11} ${SERVER_LEVEL - 11}l22 22M${middle + 11} ${SERVER_LEVEL - 11}l-22 22` }),
  ]);
}

function device(x: number): SVGGElement {
  const [left, top] = [x - 34, LEVEL - 32];
  return svg("g", { class: "drawing-thing" }, [
    svg("rect", { x: left, y: top, width: 68, height: 46, rx: 6 }),
    svg("path", { d: `M${left - 10} ${top + 56}h88` }),
    svg("circle", { class: "drawing-self", cx: x, cy: top + 23, r: 7 }),
  ]);
}

/** A box with two aerials; only a dot on the road where there is none. */
function router(x: number, isAbsent: boolean): SVGGElement {
  if (isAbsent) return svg("g", { class: "drawing-way open" }, svg("path", { d: `M${x - 34} ${LEVEL}h68` }));
  return svg("g", { class: "drawing-thing" }, [
    svg("rect", { x: x - 34, y: LEVEL - 14, width: 68, height: 28, rx: 6 }),
    svg("path", { d: `M${x - 20} ${LEVEL - 14}l-8-22M${x + 20} ${LEVEL - 14}l8-22M${x - 20} ${LEVEL}h6M${x - 6} ${LEVEL}h6` }),
  ]);
}

function internet(x: number): SVGGElement {
  const y = LEVEL;
  return svg("g", { class: "drawing-thing" }, svg("path", { d: `M${x - 34} ${y + 22}a20 20 0 0 1-4-39a26 26 0 0 1 48-10a20 20 0 0 1 28 18a16 16 0 0 1-4 31z` }));
}

function phone(x: number): SVGGElement {
  return svg("g", { class: "drawing-thing" }, [
    svg("rect", { x: x - 22, y: LEVEL - 38, width: 44, height: 72, rx: 8 }),
    svg("circle", { class: "drawing-other", cx: x, cy: LEVEL - 4, r: 7 }),
  ]);
}

function server(x: number, isRelay: boolean): SVGGElement {
  return svg("g", { class: "drawing-thing" }, [
    svg("rect", { x: x - 34, y: SERVER_LEVEL - 20, width: 68, height: 40, rx: 6 }),
    svg("path", { d: `M${x - 34} ${SERVER_LEVEL}h68M${x - 22} ${SERVER_LEVEL - 10}h4M${x - 22} ${SERVER_LEVEL + 10}h4` }),
    isRelay && svg("path", { class: "drawing-relay", d: `M${x} ${SERVER_LEVEL + 20}V${LEVEL - 38}` }),
  ]);
}

function label(x: number, y: number, words: string): SVGTextElement {
  return svg("text", { class: "drawing-label", x, y }, words);
}
