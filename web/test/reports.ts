/** Connection reports and findings for scenes. */

import type { Findings } from "../src/check/findings.ts";
import { reasons } from "../src/connect/reasons.ts";
import { ofIce, ofWebSocket } from "../src/connect/trouble.ts";
import type { PathInfo } from "../src/app/model.ts";
import type { ConnectionReport, Networks, RelayTrouble, ReportCandidate, ReportCheck } from "../src/gen/peer.ts";

const host: ReportCandidate = { kind: "host", address: "", transport: "udp", family: 0 };
const named: ReportCandidate = { kind: "host", address: "3f1c8a72-0b7e-4c54-9d43-5be0d5a0c9f1.local:51820", transport: "udp", family: 0 };
const srflx: ReportCandidate = { kind: "srflx", address: "198.51.100.7:51820", transport: "udp", family: 4 };
const there: ReportCandidate = { kind: "srflx", address: "203.0.113.9:61001", transport: "udp", family: 4 };
const there6: ReportCandidate = { kind: "host", address: "[2001:db8:4:5:1c2f:83ff:fe21:9e10]:61001", transport: "udp", family: 6 };

const check = (local: ReportCandidate, remote: ReportCandidate, state: ReportCheck["state"], rtt: number | null = null): ReportCheck => ({ local, remote, state, sent: 9, rtt });

const phases = { gathered: 0.112, described: 0.184, checked: 0.241, secured: 0.298, opened: 0.331 };

/** The report of a link over this path. */
export function reportFor({ scope, way, local, remote }: PathInfo): ConnectionReport {
  const kind = scope === "relay" ? "relay" : scope === "internet" ? "srflx" : "host";
  const chosen = check({ kind, address: local, transport: "udp", family: 4 }, { kind: scope === "internet" ? "prflx" : "host", address: remote, transport: "udp", family: 4 }, "succeeded", 0.0184);
  const report: ConnectionReport = {
    v: 1, link: 0, outcome: way, scope, chosen, local: [named, srflx], remote: [there], phases,
    checks: [chosen, check(host, there, "in-progress"), check(srflx, there6, "failed")],
    networks: scope === "relay" ? { here: "random", there: "sequential" } : { here: "independent", there: "independent" },
  };
  return { ...report, reasons: reasons(report) };
}

/** Relays that could not help. */
export const troubles: readonly RelayTrouble[] = [
  ofIce({ url: "turn:turn.example:3478?transport=udp", errorCode: 401, errorText: "Unauthorized" }),
  ofIce({ url: "turns:[2001:db8::7]:443?transport=tcp", errorCode: 701, errorText: "TURN allocate request timed out." }),
  ofWebSocket("wss://byway.example/relay", 4042, ""),
];

/** The report of an attempt that came to nothing. */
export function noPath(networks: Networks, relays: readonly RelayTrouble[] = []): ConnectionReport {
  const checks = Array.from({ length: 20 }, (_, index) => check(index % 2 ? host : srflx, index % 3 ? there : there6, index % 4 ? "failed" : "in-progress"));
  const report: ConnectionReport = { v: 1, link: 2, outcome: "failed", local: [named, srflx], remote: [there, there6], checks, networks, relays: [...relays], phases: { gathered: 0.3, described: 0.4 } };
  return { ...report, reasons: reasons(report) };
}

const home: Findings = {
  isOnline: true, hasAddresses: true, udp: "yes", mapping: "independent", ipv4: "yes", ipv6: "unknown", isHidden: true, outside: ["198.51.100.7"], servers: 2,
  relay: "works", relayed: ["udp", "tls"], offered: ["udp", "tls"],
};

/** Findings by where somebody might be. */
export const places: Readonly<Record<string, Findings>> = {
  home,
  public: { ...home, mapping: "none", ipv6: "yes", outside: ["198.51.100.7", "2001:db8:4:5:1c2f:83ff:fe21:9e10"], isHidden: false },
  varies: { ...home, mapping: "random", relay: "none", relayed: [], offered: [] },
  blocked: { ...home, udp: "no", mapping: "blocked", ipv4: "unknown", outside: [], relay: "failed", relayed: [] },
  local: { ...home, udp: "unknown", mapping: "unknown", ipv4: "unknown", outside: [], servers: 0, relay: "none", relayed: [], offered: [] },
  mute: { ...home, isOnline: false, hasAddresses: false, udp: "unknown", mapping: "unknown", ipv4: "unknown", isHidden: false, outside: [], relay: "none", relayed: [], offered: [] },
};
