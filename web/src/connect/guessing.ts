/**
 * The ports that a NAT which counts them upwards will probably give out next, named as candidates (RFC 5128, section 3.4). Pure;
 * twin of `ahead` in pypeer/connect/ice/predict.py.
 */

import type { ParsedCandidate } from "./candidate.ts";
import { seenOfOneSocket } from "./mapping.ts";

/** Ports named beyond the last one seen: as many destinations as may be sent to before the one that matters. */
const AHEAD = 16;

const PORTS_END = 65_536;

/** Below what was seen, and one below the other (RFC 8445, section 5.1.2.1; the same as pypeer's). */
const TYPE_PREFERENCE = 100;
const LOCAL_PREFERENCE = 32_767;

/** Guesses in the form in which they travel, without their generation; none if the ports do not go up. */
export function guessesAfter(candidates: readonly ParsedCandidate[]): readonly string[] {
  const seen = seenOfOneSocket(candidates);
  const ports = [...new Set(seen.map(({ port }) => port))].toSorted((one, other) => one - other);
  const [last, address] = [ports.at(-1), seen[0]?.address];
  if (last === undefined || address === undefined || ports.length < 2) return [];
  const gaps = ports.slice(1).map((port, index) => port - (ports[index] as number));
  const next = Array.from({ length: AHEAD }, (_, turn) => last + Math.min(...gaps) * (turn + 1)).filter((port) => port < PORTS_END);
  return next.map((port, rank) => `candidate:p${rank} 1 udp ${priority(rank)} ${address} ${port} typ srflx raddr 0.0.0.0 rport 0 predicted 1`);
}

function priority(rank: number): number {
  return TYPE_PREFERENCE * 2 ** 24 + (LOCAL_PREFERENCE - rank) * 2 ** 8 + 255;
}
