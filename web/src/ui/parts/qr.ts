/** A QR code as SVG: always dark on a light tile with its quiet zone, also in dark mode, or cameras fail. */

import encodeQR from "qr";
import { svg } from "../dom.ts";
import * as texts from "../texts.ts";

/** Modules of empty border that ISO/IEC 18004 asks for. */
const QUIET = 4;

/** Path of the dark modules, one run of a row after the other. Pure. */
export function modulesPath(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`;
    }
  });
  return path;
}

export function qrCode(link: string): SVGSVGElement {
  const rows = encodeQR(link, "raw", { ecc: "medium", border: QUIET });
  const size = rows.length;
  return svg(
    "svg",
    { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": texts.share.qr, "shape-rendering": "crispEdges" },
    svg("rect", { class: "qr-light", width: size, height: size }),
    svg("path", { class: "qr-dark", d: modulesPath(rows) }),
  );
}
