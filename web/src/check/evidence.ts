/** What a browser lets a page see of the network it is in, once everything is gathered. Pure. */

import type { ParsedCandidate } from "../connect/candidate.ts";

/** Between this machine and a relay (RTCIceServerTransportProtocol, WebRTC 1.0, section 4.8.1.5). */
export type RelayTransport = "udp" | "tcp" | "tls";

/** How a relay is reached by its address (RFC 7065): UDP is the default of `turn:`, and TLS over TCP what `turns:` means here. */
export function transportOf(url: string): RelayTransport {
  if (url.startsWith("turns:")) return "tls";
  return url.includes("transport=tcp") ? "tcp" : "udp";
}

/** What was seen. */
export interface Evidence {
  /** How the page stands with its server. */
  readonly isOnline: boolean;
  readonly candidates: readonly ParsedCandidate[];
  /** STUN servers that were asked, and relays: their addresses. */
  readonly stun: readonly string[];
  readonly relays: readonly string[];
  /** How relays were reached, each way once. */
  readonly relayed: readonly RelayTransport[];
}
