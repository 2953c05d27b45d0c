/** What a peer connection tells about itself. */

import type { Stats } from "./path.ts";
import type { PhaseClock } from "./phases.ts";

/** What it knows of its candidates and pairs (W3C webrtc-stats). Nothing if the connection is closed. */
export async function statsOf(connection: RTCPeerConnection): Promise<readonly Stats[]> {
  const report = await connection.getStats().catch(() => new Map<string, Stats>());
  return [...report.values()] as Stats[];
}

/** Tells when it has a path, gets no answer on it, or has given it up (WebRTC 1.0, section 4.3.3); what is on the way to that is not told. */
export function observeState(connection: RTCPeerConnection, tell: (state: "connected" | "disconnected" | "failed") => void): void {
  connection.addEventListener("connectionstatechange", () => {
    const { connectionState: state } = connection;
    if (state === "connected" || state === "disconnected" || state === "failed") tell(state);
  });
}

/** Marks when the first pair worked and when DTLS was up (W3C WebRTC 1.0, sections 4.3.4 and 4.3.3). */
export function observePhases(connection: RTCPeerConnection, clock: PhaseClock): void {
  connection.addEventListener("iceconnectionstatechange", () => {
    const { iceConnectionState: state } = connection;
    if (state === "connected" || state === "completed") clock.mark("checked");
  });
  connection.addEventListener("connectionstatechange", () => {
    if (connection.connectionState === "connected") clock.mark("secured");
  });
}
