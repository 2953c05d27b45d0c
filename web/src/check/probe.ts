/** Looks at the network that this page is in: gathers candidates as for a connection, and connects to nobody. */

import { type ParsedCandidate, parseCandidate } from "../connect/candidate.ts";
import { relayServers, stunServers, toRtc } from "../connect/ice_servers.ts";
import { statsOf } from "../connect/observe.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Timer } from "../timers/timers.ts";
import type { Evidence, RelayTransport } from "./evidence.ts";

/** Chromium gives up on a STUN server that does not answer after 9.5 s, others sooner or later; then this page does. */
const GATHER_S = 12;

/** What these servers let this page see. */
export async function probe(ice: readonly IceServer[], isOnline: boolean, timer: Timer): Promise<Evidence> {
  const connection = new RTCPeerConnection({ iceServers: ice.map(toRtc) });
  try {
    const candidates = await gather(connection, timer);
    const relayed = await relaysReached(connection);
    return { isOnline, candidates, stun: stunServers(ice), relays: relayServers(ice), relayed };
  } finally {
    connection.close();
  }
}

async function gather(connection: RTCPeerConnection, timer: Timer): Promise<readonly ParsedCandidate[]> {
  const found: ParsedCandidate[] = [];
  const done = Promise.withResolvers<void>();
  const cancel = timer(GATHER_S, () => done.resolve());
  connection.onicecandidate = ({ candidate }) => {
    const parsed = parseCandidate(candidate?.candidate ?? "");
    if (candidate === null) done.resolve();
    else if (parsed !== null) found.push(parsed);
  };
  connection.createDataChannel("");
  await connection.setLocalDescription();
  await done.promise;
  cancel();
  return found;
}

async function relaysReached(connection: RTCPeerConnection): Promise<readonly RelayTransport[]> {
  const stats = await statsOf(connection);
  const relays = stats.filter(({ type, candidateType }) => type === "local-candidate" && candidateType === "relay");
  return [...new Set(relays.map(({ relayProtocol = "udp" }) => relayProtocol as RelayTransport))];
}
