/** One attempt to connect: a peer connection with its channel, until it becomes a link or is given up. */

import type { Candidate, Description } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Timer } from "../timers/timers.ts";
import { ChannelLink } from "./link.ts";

/** Candidates found within this time go in one message, in seconds: most of them are found at once. */
const BATCH_S = 0.05;

/** As many as one message holds (schema of `candidate`). */
const BATCH_CANDIDATES = 64;

/** What an attempt tells. */
export interface AttemptEvents {
  readonly onOpen: (link: ChannelLink) => void;
  readonly onFailed: () => void;
  readonly onCandidates: (message: Candidate) => void;
}

/** A peer connection. Its asynchronous methods are called one after the other, never two at once. */
export class Attempt {
  readonly number: number;
  readonly #connection: RTCPeerConnection;
  readonly #events: AttemptEvents;
  readonly #timer: Timer;
  #found: string[] = [];
  #isBatching = false;
  #early: string[] = [];

  constructor(number: number, ice: readonly IceServer[], timer: Timer, events: AttemptEvents) {
    this.number = number;
    this.#events = events;
    this.#timer = timer;
    const connection = new RTCPeerConnection({ iceServers: ice.map(toRtc) });
    this.#connection = connection;
    const channel = connection.createDataChannel("byway", { negotiated: true, id: 0, ordered: true });
    channel.binaryType = "arraybuffer";
    channel.onopen = () => events.onOpen(new ChannelLink(connection, channel, timer));
    connection.onicecandidate = ({ candidate }) => this.#gathered(candidate?.candidate ?? "");
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") events.onFailed();
    };
  }

  async offer(): Promise<Description> {
    await this.#connection.setLocalDescription();
    return this.#description("offer");
  }

  async answer(offer: Description): Promise<Description> {
    await this.#describe({ type: "offer", sdp: offer.sdp });
    await this.#connection.setLocalDescription();
    return this.#description("answer");
  }

  async answered(answer: Description): Promise<void> {
    if (this.#connection.signalingState === "have-local-offer") await this.#describe({ type: "answer", sdp: answer.sdp });
  }

  /** Adds what the other side gathered; before its description they wait. */
  async add(candidates: readonly string[]): Promise<void> {
    if (this.#connection.remoteDescription === null) this.#early.push(...candidates);
    else for (const candidate of candidates) await this.#addOne(candidate);
  }

  /** Gives up; a link that came of it must be closed instead. */
  close(): void {
    this.#connection.onicecandidate = null;
    this.#connection.close();
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<void> {
    await this.#connection.setRemoteDescription(description);
    await this.add(this.#early.splice(0));
  }

  /** A candidate that this browser cannot use, of a kind it does not know, costs nothing but itself. */
  async #addOne(candidate: string): Promise<void> {
    await this.#connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
  }

  #description(kind: Description["kind"]): Description {
    return { t: "description", link: this.number, kind, sdp: this.#connection.localDescription?.sdp ?? "" };
  }

  /** The end of the candidates is an empty one; they are sent before it. */
  #gathered(candidate: string): void {
    if (candidate === "") return this.#flush(true);
    this.#found.push(candidate);
    if (this.#isBatching) return;
    this.#isBatching = true;
    this.#timer(BATCH_S, () => this.#flush(false));
  }

  #flush(isLast: boolean): void {
    this.#isBatching = false;
    while (this.#found.length > 0) this.#tell(this.#found.splice(0, BATCH_CANDIDATES));
    if (isLast) this.#tell([]);
  }

  #tell(candidates: string[]): void {
    this.#events.onCandidates({ t: "candidate", link: this.number, candidates });
  }
}

function toRtc({ urls, username, credential }: IceServer): RTCIceServer {
  const server: RTCIceServer = { urls };
  if (username) server.username = username;
  if (credential) server.credential = credential;
  return server;
}
