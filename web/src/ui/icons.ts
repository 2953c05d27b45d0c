/** The drawings of the interface, as strokes on a 24 by 24 grid. Always beside words, so hidden from screen readers. */

import { svg } from "./dom.ts";

const PATHS = {
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  folder: "M3 6h6l2 2.5h10V19H3z",
  text: "M5 6h14M5 10.5h14M5 15h9",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  check: "M4.5 12.5l5 5L19.5 7",
  share: "M12 15V4M8 7.5L12 3.5l4 4M5 12v8h14v-8",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  play: "M8 5l11 7-11 7z",
  close: "M6 6l12 12M18 6L6 18",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5",
  machine: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
  network: "M12 4v5M5 20v-5.5h14V20M12 9v5.5M10 2.5h4v3h-4zM3 20h4M17 20h4",
  internet: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9",
  relay: "M2.5 12h5.5M16 12h5.5M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8",
  flag: "M6 21V4h12l-3 4.5 3 4.5H6",
  warning: "M12 4l9.5 16h-19zM12 10v4.5M12 17v.5",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20.5c.5-4 3.5-6 7.5-6s7 2 7.5 6",
  people: "M9 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M2.5 19.5c.4-3.5 2.9-5.5 6.5-5.5s6.1 2 6.5 5.5M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14.3c2.3.7 3.7 2.5 4 5.2",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  arrow: "M4 12h15M13 6l6 6-6 6",
  transfers: "M8 20V5M4.5 8.5L8 5l3.5 3.5M16 4v15M12.5 15.5L16 19l3.5-3.5",
  up: "M12 20V5M6 11l6-6 6 6",
  minus: "M6 12h12",
  plus: "M12 5v14M5 12h14",
  question: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.8-1.1 1.8M12 16.5v.5",
  eye: "M2.5 12c2.5-4.5 6-6.5 9.5-6.5s7 2 9.5 6.5c-2.5 4.5-6 6.5-9.5 6.5s-7-2-9.5-6.5M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L20.5 20.5",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8.5v.5",
  audio: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0M19 16a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0",
  video: "M3.5 6h12v12h-12zM15.5 10.5l5-3v9l-5-3",
  document: "M6 3h8l5 5v13H6zM14 3v5h5M9 12.5h7M9 16.5h5",
  archive: "M4 4h16v5H4zM5.5 9v11h13V9M10 12.5h4",
  program: "M3.5 5h17v14h-17zM7 10l3 2.5L7 15M12.5 15.5h4",
  info: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 11v5.5M12 7.5v.5",
} as const;

export type Icon = keyof typeof PATHS;

/** Those that point where one reads on, or are read themselves; where one reads from right to left they are turned about. */
const ONWARD: ReadonlySet<Icon> = new Set(["arrow", "text", "question"]);

/** One drawing, as large as the text around it. */
export function icon(name: Icon): SVGSVGElement {
  const shape = svg("path", { d: PATHS[name] });
  return svg("svg", { class: ONWARD.has(name) ? "icon onward" : "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, shape);
}

/** The mark: a small road between two places, on a sign. The same drawing as in icons/icon.svg. */
export function mark(): SVGSVGElement {
  return svg(
    "svg",
    { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "mark-plate", width: 32, height: 32, rx: 8 }),
    svg("path", { class: "mark-road", d: "M8.5 22.5C8.5 15 23.5 17 23.5 9.5" }),
    svg("circle", { class: "mark-place", cx: 8.5, cy: 23, r: 3 }),
    svg("circle", { class: "mark-place", cx: 23.5, cy: 9, r: 3 }),
  );
}

/** A laptop and a phone with a byway between them; decoration of the start page. */
export function scenery(): SVGSVGElement {
  return svg(
    "svg",
    { class: "scenery", viewBox: "0 0 360 150", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "scenery-road", d: "M98 112C176 112 150 44 214 44S262 84 300 76" }),
    svg("path", { class: "scenery-device", d: "M22 68h64a6 6 0 0 1 6 6v42H16V74a6 6 0 0 1 6-6zM6 116h96v3a6 6 0 0 1-6 6H12a6 6 0 0 1-6-6z" }),
    svg("rect", { class: "scenery-device", x: 306, y: 30, width: 46, height: 84, rx: 9 }),
    svg("path", { class: "scenery-device", d: "M322 102h14" }),
    svg("circle", { class: "scenery-start", cx: 54, cy: 91, r: 9 }),
    svg("circle", { class: "scenery-end", cx: 329, cy: 66, r: 9 }),
  );
}
