/** What the evidence says about the NAT and the firewall that a person is behind. Pure. */

import { familyOf, isGlobal } from "../connect/address.ts";
import type { ParsedCandidate } from "../connect/candidate.ts";
import { mappingOf } from "../connect/mapping.ts";
import type { Mapping } from "../gen/peer.ts";
import { type Evidence, type RelayTransport, transportOf } from "./evidence.ts";

/** A browser cannot find out everything, and says so. */
export type Answer = "yes" | "no" | "unknown";

/** What is known. */
export interface Findings {
  readonly isOnline: boolean;
  /** The browser names addresses at all; extensions and policies can forbid it. */
  readonly hasAddresses: boolean;
  readonly udp: Answer;
  readonly mapping: Mapping;
  readonly ipv4: Answer;
  readonly ipv6: Answer;
  /** Local addresses are hidden behind names that only the same network resolves (RFC 8828). */
  readonly isHidden: boolean;
  /** Under which addresses others see this machine. */
  readonly outside: readonly string[];
  /** How many STUN servers there were to ask. */
  readonly servers: number;
  /** A relay: there is none, it can be used in these ways, or it could not be reached. */
  readonly relay: "none" | "works" | "failed";
  readonly relayed: readonly RelayTransport[];
  /** In which ways the server says that it can be used. */
  readonly offered: readonly RelayTransport[];
}

/** Draws the conclusions. */
export function findingsOf(evidence: Evidence): Findings {
  const { isOnline, candidates, stun, relays, relayed } = evidence;
  const hasAddresses = candidates.length > 0;
  const reflexive = candidates.filter(({ kind }) => kind === "srflx");
  return {
    isOnline,
    hasAddresses,
    udp: udpOf(evidence, reflexive.length > 0),
    mapping: hasAddresses ? mappingOf(candidates, stun.length) : "unknown",
    ipv4: familySeen(candidates, 4, stun.length > 0 && reflexive.length > 0),
    ipv6: familySeen(candidates, 6, false),
    isHidden: candidates.some(isHidden),
    outside: [...new Set(reflexive.map(({ address }) => address))],
    servers: stun.length,
    relay: relays.length === 0 ? "none" : relayed.length > 0 ? "works" : "failed",
    relayed,
    offered: [...new Set(relays.map(transportOf))],
  };
}

/** UDP leads out if an answer came in; it is blocked if somebody was asked and nobody answered. */
function udpOf({ candidates, stun, relays, relayed }: Evidence, isAnswered: boolean): Answer {
  if (isAnswered || relayed.includes("udp")) return "yes";
  const isAsked = stun.length > 0 || relays.some((url) => transportOf(url) === "udp");
  return isAsked && candidates.length > 0 && mappingOf(candidates, 1) === "blocked" ? "no" : "unknown";
}

/** Whether the Internet can be reached over this family; without an address of it that is certain only where all are seen. */
function familySeen(candidates: readonly ParsedCandidate[], family: 4 | 6, isAsked: boolean): Answer {
  const known = candidates.filter(({ address }) => familyOf(address) === family);
  if (known.some(({ kind, address }) => kind === "srflx" || isGlobal(address))) return "yes";
  if (isAsked) return "no";
  const isComplete = candidates.length > 0 && !candidates.some(isHidden);
  return isComplete && known.length === 0 ? "no" : "unknown";
}

function isHidden({ address }: ParsedCandidate): boolean {
  return address.endsWith(".local");
}
