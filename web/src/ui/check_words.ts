/** What the findings of a check mean, in words. Pure. */

import type { Findings } from "../check/findings.ts";
import { list } from "./format.ts";
import { check } from "./texts.ts";

/** How good it is. */
export type Tone = "good" | "some" | "bad" | "unknown" | "off";

const MAPPING_TONES = { none: "good", independent: "good", sequential: "some", random: "some", blocked: "unknown", unknown: "unknown" } as const;
const ANSWER_TONES = { yes: "good", no: "bad", unknown: "unknown" } as const;

/** Title and one sentence. */
export function verdictOf({ hasAddresses, mapping }: Findings): { readonly title: string; readonly lead: string } {
  return hasAddresses ? check.verdicts[mapping] : check.noAddresses;
}

/** What was found: name, words, tone. */
export function foundRows(findings: Findings): readonly (readonly [string, string, Tone])[] {
  const { isOnline, udp, mapping, outside, ipv4, ipv6 } = findings;
  const { rows } = check;
  return [
    [rows.server, isOnline ? check.online.yes : check.online.no, isOnline ? "good" : "bad"],
    [rows.udp, check.udp[udp], ANSWER_TONES[udp]],
    [rows.nat, check.nat[mapping], MAPPING_TONES[mapping]],
    ...(outside.length > 0 ? [[rows.outside, list(outside), "good"] as const] : []),
    [rows.ipv4, check.family[ipv4], ANSWER_TONES[ipv4]],
    [rows.ipv6, check.family[ipv6], ipv6 === "yes" ? "good" : "unknown"],
    [rows.local, ...local(findings)],
    [rows.relay, ...relay(findings)],
  ];
}

/** Hiding is what a careful browser does, and does no harm in most networks. */
function local({ hasAddresses, isHidden }: Findings): readonly [string, Tone] {
  if (!hasAddresses) return [check.local.none, "bad"];
  return [isHidden ? check.local.hidden : check.local.seen, "good"];
}

function relay({ relay: state, relayed }: Findings): readonly [string, Tone] {
  if (state === "works") return [check.relay.works({ transports: list(relayed.map((transport) => transport.toUpperCase())) }), "good"];
  return [check.relay[state], state === "failed" ? "bad" : "off"];
}
