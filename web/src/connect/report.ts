/**
 * The connection report: how two peers got connected, or why they did not (pypeer/protocol/report.py). Pure.
 *
 * It is for the person here; nobody else gets it.
 */

import type { CheckState, ConnectionReport, Networks, Phases, RelayTrouble, ReportCandidate, ReportCheck } from "../gen/peer.ts";
import { REPORT_VERSION } from "../gen/peer_constants.ts";
import { familyOf, join } from "./address.ts";
import { parseCandidate, toReport } from "./candidate.ts";
import { byId, type CandidateStats, type Path, selectedPair, selectedPath, type Stats } from "./path.ts";
import { reasons } from "./reasons.ts";

/** Pairs listed at most: as many as a check list holds (RFC 8445, section 6.1.2.5). */
const CHECKS_MAX = 100;

/** The last way of the ladder, which no candidates tell of. */
const WEBSOCKET = "websocket";

/** The best first: what works, then what may still, then what does not (RTCStatsIceCandidatePairState). */
const STATES: readonly CheckState[] = ["succeeded", "in-progress", "waiting", "frozen", "failed"];

/** What is known of one attempt. `local` and `remote` are candidates as they were sent and received. */
export interface AttemptFacts {
  readonly link: number;
  /** Whether this side asked for the meeting (role A). */
  readonly asked: boolean;
  readonly isOpen: boolean;
  readonly isRelayOnly: boolean;
  readonly local: readonly string[];
  readonly remote: readonly string[];
  readonly networks: Networks;
  readonly relays: readonly RelayTrouble[];
  readonly phases: Phases;
  readonly stats: readonly Stats[];
}

/** The report of an attempt. */
export function reportOf({ link, asked, isOpen, isRelayOnly, local, remote, networks, relays, phases, stats }: AttemptFacts): ConnectionReport {
  const path = isOpen ? selectedPath(stats, { asked, guesses: guessesIn([...local, ...remote]) }) : null;
  const pair = path === null ? undefined : selectedPair(stats);
  const chosen = pair === undefined ? null : checkOf(stats, pair);
  const report: ConnectionReport = {
    v: REPORT_VERSION,
    link,
    outcome: isOpen ? (path?.way ?? "direct") : "failed",
    scope: path?.scope ?? "",
    chosen,
    local: candidates(local),
    remote: candidates(remote),
    checks: checks(stats),
    networks,
    relays: [...relays],
    phases,
  };
  return { ...report, reasons: reasons(report, isRelayOnly) };
}

/**
 * The report of a link through the relay inside the WebSocket, which opened after so many seconds; the last attempt over other
 * ways, if it came to nothing, says why there is nothing better.
 */
export function relayedReport(link: number, opened: number, last: ConnectionReport | null, isRelayOnly: boolean): ConnectionReport {
  const report: ConnectionReport = { v: REPORT_VERSION, ...last, link, outcome: WEBSOCKET, scope: "relay", chosen: null, phases: { opened } };
  return { ...report, reasons: last === null ? [] : reasons(report, isRelayOnly) };
}

/** The path that a report tells of; null if there is none. */
export function pathOf({ outcome, scope, chosen }: ConnectionReport): Path | null {
  if (outcome === WEBSOCKET) return { scope: "relay", way: outcome, local: "", remote: "" };
  if (!chosen || !scope) return null;
  return { scope: scope as Path["scope"], way: outcome, local: chosen.local.address ?? "", remote: chosen.remote.address ?? "" };
}

/** The ports that a side named without having them yet. */
function guessesIn(texts: readonly string[]): ReadonlySet<string> {
  const parsed = texts.map(parseCandidate).filter((each) => each !== null);
  return new Set(parsed.filter(({ predicted }) => predicted).map(({ address, port }) => join(address, port)));
}

function candidates(texts: readonly string[]): ReportCandidate[] {
  return [...new Set(texts)].flatMap((text) => {
    const parsed = parseCandidate(text);
    return parsed === null ? [] : [toReport(parsed)];
  });
}

function checks(stats: readonly Stats[]): ReportCheck[] {
  const found = stats.flatMap((each) => (each.type === "candidate-pair" ? (checkOf(stats, each) ?? []) : []));
  return found.toSorted((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state)).slice(0, CHECKS_MAX);
}

/** A pair in the form of the report; null if its ends are not in the statistics. */
function checkOf(stats: readonly Stats[], pair: Stats): ReportCheck | null {
  const [local, remote] = [byId(stats, pair.localCandidateId), byId(stats, pair.remoteCandidateId)];
  if (local === undefined || remote === undefined) return null;
  const state = STATES.find((each) => each === pair.state) ?? "waiting";
  const rtt = pair.currentRoundTripTime;
  return { local: endOf(local), remote: endOf(remote), state, sent: pair.requestsSent ?? 0, rtt: rtt ?? null };
}

function endOf({ candidateType = "host", address, port = 0, protocol = "udp" }: CandidateStats): ReportCandidate {
  const kind = candidateType as ReportCandidate["kind"];
  return { kind, address: address ? join(address, port) : "", transport: protocol, family: address ? familyOf(address) : 0 };
}
