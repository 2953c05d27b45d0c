/** Candidates in the form in which they travel: the `candidate` attribute of SDP (RFC 8839, section 5.1). Pure. */

import type { CandidateKind, ReportCandidate } from "../gen/peer.ts";
import { familyOf, join } from "./address.ts";

/** A candidate, taken apart. */
export interface ParsedCandidate {
  /** The same for candidates of one kind from one base (RFC 8445, section 5.1.1.3). */
  readonly foundation: string;
  readonly transport: string;
  readonly address: string;
  readonly port: number;
  readonly kind: CandidateKind;
  /** Where it was gathered from, as `address:port`; null where it is not told, or hidden behind 0.0.0.0 (RFC 8828). */
  readonly base: string | null;
  /** Generation of ICE to which it belongs (RFC 8839, section 5.4); null where it does not say. */
  readonly ufrag: string | null;
  /** Whether it is a guess of the other side (docs/protocol.md, "Links"). */
  readonly predicted: boolean;
}

const ATTRIBUTE = /^(?:candidate:)?(\S+) \d+ (\S+) \d+ (\S+) (\d+) typ (host|srflx|prflx|relay)((?: \S+ \S+)*)\s*$/i;

/** Reads a candidate; null if it is of a form or a kind that is not known here. */
export function parseCandidate(text: string): ParsedCandidate | null {
  const found = ATTRIBUTE.exec(text);
  if (found === null) return null;
  const [, foundation = "", transport = "", address = "", port, kind = "", rest = ""] = found;
  const extensions = extensionsOf(rest);
  return {
    foundation,
    transport: transport.toLowerCase(),
    address,
    port: Number(port),
    kind: kind.toLowerCase() as CandidateKind,
    base: baseOf(extensions),
    ufrag: extensions.get("ufrag") ?? null,
    predicted: extensions.has("predicted"),
  };
}

/** Names its generation in a candidate that does not, from what the browser says beside it. */
export function withUfrag(text: string, ufrag: string | null): string {
  return ufrag === null || / ufrag \S/.test(text) ? text : `${text} ufrag ${ufrag}`;
}

/** The generation that a session description begins (RFC 8839, section 5.4). */
export function ufragOf(sdp: string): string | null {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? null;
}

/** For the connection report. */
export function toReport({ kind, address, port, transport }: ParsedCandidate): ReportCandidate {
  return { kind, address: join(address, port), transport, family: familyOf(address) };
}

function extensionsOf(rest: string): ReadonlyMap<string, string> {
  const words = rest.trim().split(" ");
  return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? ""] as const] : [])));
}

function baseOf(extensions: ReadonlyMap<string, string>): string | null {
  const [address, port] = [extensions.get("raddr"), extensions.get("rport")];
  return address === undefined || port === undefined || Number(port) === 0 ? null : join(address, Number(port));
}
