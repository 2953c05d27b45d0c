/** How others get to this page, as far as a look at the server's STUN tells. Twin of pypeer/library/reach.py. */

import { findingsOf } from "../check/findings.ts";
import { probe } from "../check/probe.ts";
import { reachBy } from "../directory/answers.ts";
import type { Reach } from "../gen/signaling.ts";
import type { Peer } from "./peer.ts";

/** How long it may take, in seconds: servers answer within a round trip. */
const LOOK_S = 2;

/** What this network allows; null if that is not known in time, or is hidden. */
export async function reachOf({ client, timer, isRelayOnly }: Peer): Promise<Reach | null> {
  if (isRelayOnly) return null;
  const late = Promise.withResolvers<null>();
  const cancel = timer(LOOK_S, () => late.resolve(null));
  try {
    return await Promise.race([probe(client.ice, true, timer).then((evidence) => reachBy(findingsOf(evidence).mapping)), late.promise]);
  } catch {
    return null; // a browser without WebRTC statistics publishes as well
  } finally {
    cancel();
  }
}
