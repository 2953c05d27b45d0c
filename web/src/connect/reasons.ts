/** Why a connection is no better than it is. Pure; twin of `reasons` in pypeer/protocol/report.py, held to the same vectors. */

import type { ConnectionReport, Mapping, Networks, Reason, ReportCandidate } from "../gen/peer.ts";

const VARYING: ReadonlySet<Mapping | undefined> = new Set(["sequential", "random"]);

/** Why nothing better came about, the most telling first; empty if nothing better exists. */
export function reasons(report: ConnectionReport, relayOnly = false): Reason[] {
  const { outcome, local = [], remote = [], relays = [] } = report;
  if (outcome === "direct" || outcome === "reversed" || outcome === "mapped") return [];
  if (outcome === "punched") return ["different-networks"];
  if (relayOnly) return ["relay-only"];
  const found = obstacles(report);
  const knowsRelay = [...local, ...remote].some(isRelay) || relays.some(({ relay }) => !relay.startsWith("stun"));
  return outcome === "failed" && !knowsRelay ? [...found, "no-relay"] : found;
}

function obstacles({ local = [], remote = [], networks = {} }: ConnectionReport): Reason[] {
  if (remote.length === 0) return ["no-candidates-there"];
  const [here, there] = [families(local), families(remote)];
  if (here.size > 0 && there.size > 0 && !meet(here, there)) return ["no-common-family"];
  const found = ofNetworks(networks);
  if (found.length > 0) return found;
  return [meet(publicHosts(local), publicHosts(remote)) ? "no-hairpin" : "filtered"];
}

function ofNetworks({ here, there }: Networks): Reason[] {
  const rules: readonly (readonly [boolean, Reason])[] = [
    [here === "blocked", "udp-blocked-here"],
    [there === "blocked", "udp-blocked-there"],
    [VARYING.has(here), "varies-here"],
    [VARYING.has(there), "varies-there"],
  ];
  return rules.filter(([applies]) => applies).map(([, reason]) => reason);
}

function isRelay({ kind }: ReportCandidate): boolean {
  return kind === "relay";
}

function families(candidates: readonly ReportCandidate[]): ReadonlySet<number> {
  return new Set(candidates.flatMap((each) => (each.family && !isRelay(each) ? [each.family] : [])));
}

function publicHosts(candidates: readonly ReportCandidate[]): ReadonlySet<string> {
  return new Set(candidates.flatMap(({ kind, address }) => (kind === "srflx" && address ? [address.slice(0, address.lastIndexOf(":"))] : [])));
}

function meet<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean {
  return [...one].some((each) => other.has(each));
}
