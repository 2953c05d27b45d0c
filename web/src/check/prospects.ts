/** What the findings mean: which ways are open to a browser, with whom, and what would help. Pure. */

import type { Mapping } from "../gen/peer.ts";
import type { RelayTransport } from "./evidence.ts";
import type { Answer, Findings } from "./findings.ts";

/** Rungs of the ladder that a browser has, best first; the others are for pypeer. */
export type Rung = "same-network" | "ipv6" | "punched" | "turn-udp" | "turn-tcp" | "turn-tls";

/** How a rung stands: it works, with some partners only, not at all, nobody can say, or the server has none. */
export type RungState = Answer | "some" | "off";

/** Who might be at the other end. */
export type Partner = "same-network" | "public" | "home" | "varying" | "blocked";

/** What to expect of a connection to them. */
export type Prospect = "direct" | "maybe" | "relay" | "none" | "unknown";

/** What to change, or to know. */
export type Advice = "server-away" | "webrtc-blocked" | "udp-blocked" | "varies" | "relay-failed" | "no-relay" | "not-measured" | "nothing";

const PUNCHING: Readonly<Record<Mapping, RungState>> = {
  none: "yes", independent: "yes", sequential: "some", random: "some", blocked: "no", unknown: "unknown",
};

/** All rungs, in order. */
export function rungs(findings: Findings): readonly (readonly [Rung, RungState])[] {
  const { hasAddresses, ipv6, mapping, offered, relayed } = findings;
  const turn = (transport: RelayTransport): RungState => (relayed.includes(transport) ? "yes" : offered.includes(transport) ? "no" : "off");
  return [
    ["same-network", hasAddresses ? "yes" : "no"],
    ["ipv6", hasAddresses ? ipv6 : "no"],
    ["punched", hasAddresses ? PUNCHING[mapping] : "no"],
    ["turn-udp", turn("udp")],
    ["turn-tcp", turn("tcp")],
    ["turn-tls", turn("tls")],
  ];
}

/** What each kind of partner can expect, the easiest first. */
export function prospects(findings: Findings): readonly (readonly [Partner, Prospect])[] {
  const partners: readonly Partner[] = ["same-network", "public", "home", "varying", "blocked"];
  return partners.map((partner) => [partner, prospect(findings, partner)]);
}

/** Both NATs count: see docs/protocol.md, "Links", and RFC 5128, section 3.3. */
function prospect({ hasAddresses, mapping, relay }: Findings, partner: Partner): Prospect {
  const fallback: Prospect = relay === "works" ? "relay" : "none";
  if (!hasAddresses) return fallback;
  if (partner === "same-network") return "direct";
  if (partner === "blocked" || mapping === "blocked") return fallback;
  if (mapping === "unknown") return "unknown";
  const varies = mapping === "sequential" || mapping === "random";
  if (partner === "public") return "direct";
  if (partner === "home") return varies ? "maybe" : "direct";
  return varies ? fallback : "maybe";
}

/** What would help, the most important first. */
export function advice(findings: Findings): readonly Advice[] {
  const { isOnline, hasAddresses, udp, mapping, relay, servers } = findings;
  const isHard = udp === "no" || mapping === "sequential" || mapping === "random" || !hasAddresses;
  const rules: readonly (readonly [boolean, Advice])[] = [
    [!isOnline, "server-away"],
    [!hasAddresses, "webrtc-blocked"],
    [udp === "no", "udp-blocked"],
    [mapping === "sequential" || mapping === "random", "varies"],
    [relay === "failed", "relay-failed"],
    [relay === "none" && isHard, "no-relay"],
    [mapping === "unknown" && hasAddresses && servers < 2, "not-measured"],
  ];
  const found = rules.filter(([applies]) => applies).map(([, each]) => each);
  return found.length > 0 ? found : ["nothing"];
}

/** How a stretch of the way looks: open, open for some, closed, or nobody can say. */
export type Outlook = "open" | "some" | "closed" | "unknown";

const OUTLOOKS: Readonly<Record<Mapping, Outlook>> = {
  none: "open", independent: "open", sequential: "some", random: "some", blocked: "closed", unknown: "unknown",
};

/** The stretches from here to others: out of the own network, on to somebody there, and to the server. */
export function outlook({ isOnline, hasAddresses, udp, mapping }: Findings): Readonly<Record<"toInternet" | "toOthers" | "toServer", Outlook>> {
  const toInternet = ({ yes: "open", no: "closed", unknown: "unknown" } as const)[udp];
  return {
    toInternet: hasAddresses ? toInternet : "closed",
    toOthers: hasAddresses ? OUTLOOKS[mapping] : "closed",
    toServer: isOnline ? "open" : "closed",
  };
}
