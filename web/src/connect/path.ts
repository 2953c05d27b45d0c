/** How two peers are connected, judged by the candidate pair that ICE selected. Pure. */

/** A way of the ladder, how far it goes, and the two ends as `address:port` ("" where the browser hides them). */
export interface Path {
  readonly scope: "machine" | "network" | "internet" | "relay";
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
  readonly relayProtocol?: string;
}

interface PairStats {
  readonly id: string;
  readonly type: string;
  readonly selected?: boolean;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly selectedCandidatePairId?: string;
}

export type Stats = CandidateStats & PairStats;

/** The present path, or null while no pair is selected. */
export function selectedPath(stats: readonly Stats[]): Path | null {
  const byId = (id: string | undefined): Stats | undefined => stats.find((each) => each.id === id);
  const transport = stats.find((each) => each.type === "transport" && each.selectedCandidatePairId !== undefined);
  const pair = byId(transport?.selectedCandidatePairId) ?? stats.find((each) => each.type === "candidate-pair" && each.selected === true);
  const [local, remote] = [byId(pair?.localCandidateId), byId(pair?.remoteCandidateId)];
  return local === undefined || remote === undefined ? null : pathBetween(local, remote);
}

/** The path between two candidates. */
export function pathBetween(local: CandidateStats, remote: CandidateStats): Path {
  const ends = { local: endOf(local), remote: endOf(remote) };
  if (isRelay(local) || isRelay(remote)) return { scope: "relay", way: `turn-${local.relayProtocol ?? "udp"}`, ...ends };
  const scope = scopeBetween(local, remote);
  const bothHost = local.candidateType === "host" && remote.candidateType === "host";
  return { scope, way: scope === "internet" && !bothHost ? "punched" : "direct", ...ends };
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
  if (!address) return "";
  return address.includes(":") ? `[${address}]:${port ?? 0}` : `${address}:${port ?? 0}`;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** RFC 1918, link-local (RFC 3927, RFC 4291) and unique local addresses (RFC 4193). */
function isPrivate(address: string): boolean {
  return /^(10|192\.168|169\.254|172\.(1[6-9]|2[0-9]|3[01]))\./.test(address) || /^(fe[89ab][0-9a-f]|f[cd][0-9a-f]{2}):/i.test(address);
}

/** Two IPv6 addresses of one /64 are on one link (RFC 4291, section 2.5.4). */
function sharesPrefix(here: string | null, there: string): boolean {
  return here !== null && here.includes(":") && prefix(here) === prefix(there);
}

function prefix(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter((group) => group !== "").length;
  return [...groups, ...new Array<string>(zeros).fill("0")].slice(0, 4).join(":");
}
