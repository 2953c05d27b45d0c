/**
 * What the NAT of this side does with the port of a UDP socket (RFC 4787, section 4.1), as far as the candidates of a
 * browser tell. Pure.
 *
 * Two STUN servers that see one socket under the same address and port leave one candidate of it (RFC 8445, section 5.1.3:
 * redundant ones go); a NAT that takes another port for each destination leaves two.
 */

import type { Mapping } from "../gen/peer.ts";
import { familyOf, isGlobal } from "./address.ts";
import type { ParsedCandidate } from "./candidate.ts";

/** Ports that a NAT counting upwards is apart for two servers asked at once, at most: others use it meanwhile. */
const SEQUENTIAL_STEP = 16;

/** The mapping over IPv4, once gathering is complete; `servers` are the STUN servers that were asked. */
export function mappingOf(candidates: readonly ParsedCandidate[], servers: number): Mapping {
  if (servers === 0) return "unknown";
  const udp = candidates.filter(({ transport }) => transport === "udp");
  const outside = udp.filter(({ kind, address }) => kind === "srflx" && familyOf(address) === 4);
  const hosts = udp.filter(({ kind }) => kind === "host");
  if (outside.length === 0) return withoutReflexive(udp, hosts);
  const varying = variation(outside, hosts.length);
  if (varying !== null) return varying;
  if (outside.some(({ address }) => hosts.some((host) => host.address === address))) return "none";
  return servers > 1 ? "independent" : "unknown";
}

/**
 * Nobody outside was seen. A browser leaves out what equals its base, so a host with a public address has no NAT; and where
 * IPv6 got an answer, UDP is not blocked, whatever IPv4 may be.
 */
function withoutReflexive(udp: readonly ParsedCandidate[], hosts: readonly ParsedCandidate[]): Mapping {
  if (hosts.some(({ address }) => familyOf(address) === 4 && isGlobal(address))) return "none";
  return udp.some(({ kind }) => kind === "srflx" || kind === "relay") ? "unknown" : "blocked";
}

/** Whether one socket has several outside addresses; null if none has, as far as can be told. */
function variation(outside: readonly ParsedCandidate[], hosts: number): Mapping | null {
  const several = ofOneSocket(outside, hosts);
  if (several.length > 0) return stepsOf(several);
  return sockets(outside).length === 1 || outside.some(({ base }) => base !== null) ? null : "unknown";
}

/** The outside addresses over IPv4 that one socket was seen under, if there are several; none if that cannot be told. */
export function seenOfOneSocket(candidates: readonly ParsedCandidate[]): readonly ParsedCandidate[] {
  const udp = candidates.filter(({ transport }) => transport === "udp");
  const outside = udp.filter(({ kind, address }) => kind === "srflx" && familyOf(address) === 4);
  return ofOneSocket(outside, udp.filter(({ kind }) => kind === "host").length);
}

/** Where the bases are hidden, and the stack tells the servers apart by foundation, only a lone socket is surely the same. */
function ofOneSocket(outside: readonly ParsedCandidate[], hosts: number): readonly ParsedCandidate[] {
  const groups = sockets(outside);
  const several = groups.find((group) => group.length > 1);
  if (several !== undefined) return several;
  return groups.length > 1 && hosts <= 1 && outside.every(({ base }) => base === null) ? outside : [];
}

function sockets(outside: readonly ParsedCandidate[]): readonly (readonly ParsedCandidate[])[] {
  return [...groupBy(outside, ({ base, foundation }) => base ?? foundation).values()];
}

function stepsOf(group: readonly ParsedCandidate[]): Mapping {
  const ports = group.map(({ port }) => port);
  const isOneAddress = group.every(({ address }) => address === group[0]?.address);
  return isOneAddress && Math.max(...ports) - Math.min(...ports) <= SEQUENTIAL_STEP ? "sequential" : "random";
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
