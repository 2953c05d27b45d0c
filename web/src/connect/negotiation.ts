/**
 * Who describes what to whom, and when: the perfect negotiation of WebRTC 1.0, section 10.7, as docs/protocol.md, "Links",
 * has it. Pure.
 *
 * A makes the first offer of a link; later either side may. When two offers cross, B's is void: A, the impolite one,
 * does not look at it, and B takes it back and answers A's. What the stack still needs after that it asks for again.
 */

import type { Description } from "../gen/peer.ts";
import type { Role } from "../secure/pake.ts";

/** No description yet; nothing under way; an offer of this side is on its way. */
export type NegotiationState = "new" | "stable" | "offering";

/** The stack here needs a negotiation, or a description of the other side arrived. */
export type NegotiationInput = "needed" | Description["kind"];

/** What to do: describe this side; take in an offer and answer it; take in an answer; or nothing. */
export type NegotiationAction = "offer" | "answer" | "accept" | "ignore";

type Step = readonly [NegotiationState, NegotiationAction];
type Steps = Readonly<Record<NegotiationState, Readonly<Record<NegotiationInput, Step>>>>;

/** An answer that nobody waits for belongs to an offer that was void; it changes nothing. */
const STABLE: Steps["stable"] = { needed: ["offering", "offer"], offer: ["stable", "answer"], answer: ["stable", "ignore"] };

/** While an offer is on its way the stack waits with what else it needs, and asks again when it is answered. */
export const NEGOTIATION: Readonly<Record<Role, Steps>> = {
  A: {
    new: { needed: ["offering", "offer"], offer: ["new", "ignore"], answer: ["new", "ignore"] },
    stable: STABLE,
    offering: { needed: ["offering", "ignore"], offer: ["offering", "ignore"], answer: ["stable", "accept"] },
  },
  B: {
    new: { needed: ["new", "ignore"], offer: ["stable", "answer"], answer: ["new", "ignore"] },
    stable: STABLE,
    offering: { needed: ["offering", "ignore"], offer: ["stable", "answer"], answer: ["stable", "accept"] },
  },
};
