/** Carries out what the negotiation (negotiation.ts) decides on a peer connection, one step after the other. */

import type { Description } from "../gen/peer.ts";
import type { Role } from "../secure/pake.ts";
import { parseCandidate, ufragOf } from "./candidate.ts";
import { NEGOTIATION, type NegotiationInput, type NegotiationState } from "./negotiation.ts";

/** Candidates of the other side that are remembered, at most: more than any honest side has. */
const REMEMBERED = 256;

/** What is needed of an RTCPeerConnection. */
export interface Describable {
  readonly localDescription: { readonly sdp: string } | null;
  readonly remoteDescription: { readonly sdp: string } | null;
  /** Without an argument it makes the offer or the answer that is due. */
  setLocalDescription(): Promise<void>;
  /** An offer takes back one of this side that is under way. */
  setRemoteDescription(description: { readonly type: Description["kind"]; readonly sdp: string }): Promise<void>;
  addIceCandidate(candidate: { readonly candidate: string; readonly sdpMLineIndex: number }): Promise<void>;
}

/** What a negotiator tells. */
export interface NegotiatorEvents {
  /** Send this. */
  readonly onDescription: (kind: Description["kind"], sdp: string) => void;
  /** Both sides are described. */
  readonly onStable: () => void;
  /** A description could not be made or taken in. */
  readonly onError: () => void;
}

/** The descriptions and candidates of one link. */
export class Negotiator {
  readonly #role: Role;
  readonly #connection: Describable;
  readonly #events: NegotiatorEvents;
  #state: NegotiationState = "new";
  readonly #candidates: string[] = [];
  #early: string[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(role: Role, connection: Describable, events: NegotiatorEvents) {
    this.#role = role;
    this.#connection = connection;
    this.#events = events;
  }

  get state(): NegotiationState {
    return this.#state;
  }

  /** What the other side gathered, for the report. */
  get candidates(): readonly string[] {
    return this.#candidates;
  }

  /** The stack needs a negotiation (WebRTC 1.0, section 4.7.3). */
  needed(): void {
    this.#inTurn(() => this.#step("needed", ""));
  }

  /** The other side's description of this link. */
  described(kind: Description["kind"], sdp: string): void {
    this.#inTurn(() => this.#step(kind, sdp));
  }

  /** What the other side gathered; before its first description it waits. */
  add(candidates: readonly string[]): void {
    if (this.#candidates.length < REMEMBERED) this.#candidates.push(...candidates);
    this.#inTurn(() => this.#add(candidates));
  }

  /** A candidate may arrive while the description before it is being taken in. */
  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => this.#events.onError());
  }

  async #step(input: NegotiationInput, sdp: string): Promise<void> {
    const [state, action] = NEGOTIATION[this.#role][this.#state][input];
    this.#state = state;
    switch (action) {
      case "offer":
        return this.#describe("offer");
      case "answer":
        await this.#takeIn("offer", sdp);
        await this.#describe("answer");
        return this.#events.onStable();
      case "accept":
        await this.#takeIn("answer", sdp);
        return this.#events.onStable();
      case "ignore":
        return;
    }
  }

  async #describe(kind: Description["kind"]): Promise<void> {
    await this.#connection.setLocalDescription();
    this.#events.onDescription(kind, this.#connection.localDescription?.sdp ?? "");
  }

  async #takeIn(type: Description["kind"], sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type, sdp });
    await this.#add(this.#early.splice(0));
  }

  async #add(candidates: readonly string[]): Promise<void> {
    const { remoteDescription } = this.#connection;
    if (remoteDescription === null) return void this.#early.push(...candidates);
    const present = ufragOf(remoteDescription.sdp);
    for (const candidate of candidates) if (isOf(candidate, present)) await this.#addOne(candidate);
  }

  /** A candidate that this browser cannot use, of a kind it does not know, costs nothing but itself. */
  async #addOne(candidate: string): Promise<void> {
    await this.#connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
  }
}

/** Candidates of a generation that is past, or of an offer that was void, lead nowhere. */
function isOf(candidate: string, present: string | null): boolean {
  const ufrag = parseCandidate(candidate)?.ufrag ?? null;
  return ufrag === null || present === null || ufrag === present;
}
