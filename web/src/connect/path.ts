/** How two peers are connected, judged by the candidate pair that ICE selected. Pure. */

import { isLoopback, isPrivate, join, sharesPrefix } from "./address.ts";
import { type Facts, wayOf } from "./ways.ts";

/** A way of the ladder, how far it goes, and the two ends as `address:port` ("" where the browser hides them). */
export interface Path {
  readonly scope: Facts["scope"];
  readonly way: string;
  readonly local: string;
  readonly remote: string;
}

/** What the statistics say of a candidate (W3C webrtc-stats, RTCIceCandidateStats), as far as it matters here. */
export interface CandidateStats {
  readonly id: string;
  readonly type: string;
  readonly candidateType?: string;
  readonly address?: string | null;
  readonly port?: number;
  readonly protocol?: string;
  /** Between this machine and its relay. */
  readonly relayProtocol?: string;
  /** Of the server that gave it, if one did. */
  readonly url?: string;
}

/** The same of a pair (RTCIceCandidatePairStats), and of the transport (RTCTransportStats) that names the selected one. */
export interface PairStats {
  readonly id: string;
  readonly type: string;
  readonly selected?: boolean;
  readonly state?: string;
  /** In seconds. */
  readonly currentRoundTripTime?: number;
  readonly requestsSent?: number;
  readonly requestsReceived?: number;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly selectedCandidatePairId?: string;
}

export type Stats = CandidateStats & PairStats;

/** What the statistics do not say: whether this side asked (role A), and the ends that were guessed, as `address:port`. */
export interface Circumstances {
  readonly asked: boolean;
  readonly guesses: ReadonlySet<string>;
}

/** The present path, or null while no pair is selected. */
export function selectedPath(stats: readonly Stats[], circumstances: Circumstances): Path | null {
  const pair = selectedPair(stats);
  const [local, remote] = [byId(stats, pair?.localCandidateId), byId(stats, pair?.remoteCandidateId)];
  return local === undefined || remote === undefined ? null : pathBetween(local, remote, circumstances);
}

/** The pair that data takes: the transport names it, or, in Firefox, it is marked itself. */
export function selectedPair(stats: readonly Stats[]): Stats | undefined {
  const transport = stats.find((each) => each.type === "transport" && each.selectedCandidatePairId !== undefined);
  return byId(stats, transport?.selectedCandidatePairId) ?? stats.find((each) => each.type === "candidate-pair" && each.selected === true);
}

export function byId(stats: readonly Stats[], id: string | undefined): Stats | undefined {
  return stats.find((each) => each.id === id);
}

/** The path between two candidates. A local one that is no host's own is what a NAT made of it (RFC 8445, section 7.2.5.3.1). */
export function pathBetween(local: CandidateStats, remote: CandidateStats, { asked, guesses }: Circumstances): Path {
  const ends = { local: endOf(local), remote: endOf(remote) };
  const scope = isRelay(local) || isRelay(remote) ? "relay" : scopeBetween(local, remote);
  const [mapped, bare] = [local.candidateType !== "host", remote.candidateType === "host"];
  const [predicted, relay] = [guesses.has(ends.local) || guesses.has(ends.remote), local.relayProtocol ?? ""];
  return { scope, way: wayOf({ scope, asked, mapped, bare, predicted, relay }), ...ends };
}

function scopeBetween(local: CandidateStats, remote: CandidateStats): Path["scope"] {
  const [here, there] = [local.address || null, remote.address || null];
  if (there === null) return hiddenScope(local, remote);
  if (isLoopback(there) || there === here) return "machine";
  return isPrivate(there) || sharesPrefix(here, there) ? "network" : "internet";
}

/** Browsers hide the addresses of host candidates behind mDNS names, which only the same network resolves (RFC 8828). */
function hiddenScope(local: CandidateStats, remote: CandidateStats): Path["scope"] {
  return local.candidateType !== "srflx" && remote.candidateType !== "srflx" ? "network" : "internet";
}

function isRelay(candidate: CandidateStats): boolean {
  return candidate.candidateType === "relay";
}

function endOf({ address, port }: CandidateStats): string {
  return address ? join(address, port ?? 0) : "";
}
