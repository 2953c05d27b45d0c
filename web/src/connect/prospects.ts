/**
 * Whether datagrams may get from one peer to the other, as far as candidates and STUN servers tell. Pure; twin of
 * pypeer/connect/prospects.py, held to the same vectors (tests/vectors/prospects.json).
 *
 * A relay inside a WebSocket need not wait its turn when they cannot. That nobody answered is no proof: it is judged so soon that a
 * slow line may be taken for a closed one, at the price of a relay that is opened in vain. Nothing else is given up for it.
 */

import type { Mapping } from "../gen/peer.ts";
import { familyOf } from "./address.ts";
import { parseCandidate } from "./candidate.ts";

/** What is known of one side. */
export interface Side {
  readonly mapping: Mapping;
  /** Of all its candidates, relayed ones too: 4, 6, 0 for a name. */
  readonly families: readonly number[];
  /** Whether no more candidates come. */
  readonly isComplete: boolean;
}

/** Whether nothing is to be hoped for from datagrams. */
export function isBarred(here: Side, there: Side): boolean {
  return isSilent(here) || isSilent(there) || cannotPair(here, there);
}

/** No server answered it over UDP. */
function isSilent({ mapping }: Side): boolean {
  return mapping === "blocked";
}

/** No candidate has a partner of its family (RFC 8445, section 6.1.2.2). A name may have addresses of either. */
function cannotPair(here: Side, there: Side): boolean {
  const hasNames = here.families.includes(0) || there.families.includes(0);
  return here.isComplete && there.isComplete && !hasNames && !here.families.some((family) => there.families.includes(family));
}

const UNKNOWN: Side = { mapping: "unknown", families: [], isComplete: false };

/** What is known of both sides of one attempt, as it comes. */
export class Prospects {
  #here = UNKNOWN;
  #there = UNKNOWN;

  get areBarred(): boolean {
    return isBarred(this.#here, this.#there);
  }

  /** What the NAT there does, as far as is known. */
  get there(): Mapping {
    return this.#there.mapping;
  }

  /** Candidates of this side; none ends them. */
  found(candidates: readonly string[]): void {
    this.#here = withCandidates(this.#here, candidates);
  }

  /** The same of the other side. */
  received(candidates: readonly string[]): void {
    this.#there = withCandidates(this.#there, candidates);
  }

  /** What the NAT here does. */
  mapped(mapping: Mapping): void {
    this.#here = { ...this.#here, mapping };
  }

  /** What the NAT there does. */
  learned(mapping: Mapping): void {
    this.#there = { ...this.#there, mapping };
  }
}

function withCandidates({ mapping, families }: Side, candidates: readonly string[]): Side {
  const found = candidates.map(parseCandidate).filter((each) => each !== null).map(({ address }) => familyOf(address));
  return { mapping, families: [...families, ...found], isComplete: candidates.length === 0 };
}
