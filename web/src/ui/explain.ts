/** What a connection report means, in words. Pure. */

import type { ConnectionReport, Phases, Reason, RelayTrouble, ReportCandidate, ReportCheck } from "../gen/peer.ts";
import { decimal } from "./format.ts";
import { path, reasons, remedies } from "./texts.ts";
import { said } from "../words/said.ts";

/** For the person: what happened, why not better, and what would help. */
export interface Explanation {
  readonly what: string;
  readonly why: readonly string[];
  readonly help: readonly string[];
  /** What is wrong with the servers that were to help. */
  readonly servers: readonly string[];
}

/** Reads a report to the person. */
export function explain({ outcome, scope, reasons: found = [], relays = [] }: ConnectionReport): Explanation {
  const what = outcome === "failed" ? path.failed : (path.words[scope as keyof typeof path.words] ?? "");
  return { what, why: found.map((reason) => reasons[reason]), help: found.flatMap((reason) => (remedies as Partial<Record<Reason, string>>)[reason] ?? []), servers: relays.map(troubleWords) };
}

/** Names and values, for who wants them; what is not known is left out. */
export function facts({ outcome, chosen, networks = {}, phases = {} }: ConnectionReport): readonly (readonly [string, string])[] {
  const rtt = chosen?.rtt;
  const rows: readonly (readonly [string, string])[] = [
    [path.way, path.ways[outcome as keyof typeof path.ways] ?? outcome],
    [path.here, chosen ? end(chosen.local) : ""],
    [path.there, chosen ? end(chosen.remote) : ""],
    [path.rtt, typeof rtt === "number" ? milliseconds(rtt) : ""],
    [path.netHere, path.mappings[networks.here ?? "unknown"]],
    [path.netThere, path.mappings[networks.there ?? "unknown"]],
    [path.took, timeline(phases)],
  ];
  return rows.filter(([, value]) => value !== "");
}

/** `192.0.2.1:5000, own address`; the address may be hidden. */
export function end({ kind, address, transport = "udp" }: ReportCandidate): string {
  const one = address || path.hidden;
  const known = path.both({ one, other: path.kinds[kind] });
  return transport === "tcp" ? path.both({ one: known, other: "TCP" }) : known;
}

function milliseconds(seconds: number): string {
  return path.milliseconds({ time: decimal(seconds * 1000, seconds < 0.01 ? 1 : 0) });
}

/** How a pair fared: `works, 12 ms`. */
export function fate({ state, rtt }: ReportCheck): string {
  return typeof rtt === "number" ? path.both({ one: path.states[state], other: milliseconds(rtt) }) : path.states[state];
}

/** Some programs know the code alone. */
function troubleWords({ relay, code, text }: RelayTrouble): string {
  return text ? said(text) : path.trouble({ url: relay, code: String(code) });
}

function timeline(phases: Phases): string {
  const known = Object.entries(path.phases).flatMap(([phase, words]) => {
    const seconds = phases[phase as keyof Phases];
    return typeof seconds === "number" ? [{ seconds, words: path.phase({ name: words, time: decimal(seconds, 2) }) }] : [];
  });
  return known.toSorted((one, other) => one.seconds - other.seconds).map(({ words }) => words).join(" · ");
}
