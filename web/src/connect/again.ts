/**
 * Whether two pages that a relay connects begin ICE once more (RFC 8445, section 9), offered by the side that answered. Pure.
 *
 * A check that comes to a router before its own client has sent one may make the router keep that port for itself: the client's checks
 * leave by another one then, which the other side's router does not let in (RFC 5128, section 3.3). A page cannot send a check that dies
 * on the way. But whoever answers has the candidates of both sides first, and so sends first: at the beginning that is B, and after an
 * offer of B's, from new sockets, it is A, as B lets it (letting.ts). So it is enough that one of the two routers drops what comes early.
 * A Python peer helps itself by other means (pypeer/connect/punching.py).
 */

import type { ConnectionReport, Mapping } from "../gen/peer.ts";
import type { Role } from "../secure/pake.ts";
import type { Timer } from "../timers/timers.ts";

/**
 * From when the link opened, and then from the first time, in seconds. The link itself took four round trips, so with the second half
 * second a direct path that works has been found, and beginning again only finds it once more. Twice, as a page that is busy may miss its
 * turn; by the second look the first try has found what it can (a tenth to gather, LET_FIRST_S, and a quarter until the checks are
 * through), unless the round trips are very long.
 */
const AGAIN_S = [0.5, 1.3] as const;

/** Ports are the same for all destinations (RFC 4787, section 4.1): plain checks would do, if none came early. */
const STEADY: readonly (Mapping | undefined)[] = ["none", "independent"];

/** `report` is that of the link as it stands, `remote` the other side's description. */
export function isWorthAgain(role: Role, { scope, networks }: ConnectionReport, remote: string): boolean {
  const mappings = [networks?.here, networks?.there];
  const isSteady = mappings.every((each) => STEADY.includes(each)) && mappings.includes("independent");
  return role === "B" && scope === "relay" && isSteady && isOfBrowser(remote);
}

/** A link that may begin again: whether it is worth it now, and how. */
export interface Restartable {
  readonly isWorthAgain: () => Promise<boolean>;
  readonly restart: () => void;
}

/** The link is open: has it begin again, as long as that is worth it. */
export function beginAgain(link: Restartable, timer: Timer, round = 0): void {
  const pause = AGAIN_S[round];
  if (pause !== undefined) timer(pause, () => void beginOnce(link, timer, round));
}

async function beginOnce(link: Restartable, timer: Timer, round: number): Promise<void> {
  if (!(await link.isWorthAgain())) return;
  link.restart();
  beginAgain(link, timer, round + 1);
}

/** Python peers offer SNAP (draft-hancke-tsvwg-snap), and browsers do not yet. */
function isOfBrowser(sdp: string): boolean {
  return !/^a=sctp-init:/m.test(sdp);
}
