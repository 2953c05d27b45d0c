/** One link from the first description to its end: a peer connection, its channel, and what happens to both. */

import type { Candidate, ConnectionReport, Description, Mapping, Network } from "../gen/peer.ts";
import type { IceServer } from "../gen/signaling.ts";
import type { Role } from "../secure/pake.ts";
import { now } from "../timers/clock.ts";
import type { Timer } from "../timers/timers.ts";
import { beginAgain, isWorthAgain } from "./again.ts";
import { Gathering } from "./gathering.ts";
import { Hope, LOOK_S } from "./hope.ts";
import { toRtc } from "./ice_servers.ts";
import { Letting } from "./letting.ts";
import type { LifeAction } from "./life.ts";
import { Lifetime } from "./lifetime.ts";
import { ChannelLink } from "./link.ts";
import { Negotiator } from "./negotiator.ts";
import { observePhases, observeState, statsOf } from "./observe.ts";
import { PhaseClock } from "./phases.ts";
import { Prospects } from "./prospects.ts";
import { reportOf } from "./report.ts";
import { type IceError, ofIce, Troubles } from "./trouble.ts";

/** Longer than Chromium answers `getStats` from its memory (50 ms), in seconds. */
const STATS_S = 0.2;

/** What an attempt is made from. */
export interface AttemptOptions {
  readonly role: Role;
  readonly number: number;
  /** The servers, as they are known when it is called: credentials of relays are renewed. */
  readonly ice: () => readonly IceServer[];
  readonly isRelayOnly: boolean;
  readonly timer: Timer;
  /** When both sides knew each other, in seconds of `performance.now`. */
  readonly knew: number;
}

/** What an attempt tells; after `onFailed` it may still open, if late. */
export interface AttemptEvents {
  readonly send: (message: Description | Candidate | Network) => void;
  readonly onOpen: (link: ChannelLink) => void;
  readonly onFailed: (report: ConnectionReport) => void;
  /** No datagram seems to get through; perhaps more than once. */
  readonly onBarred: () => void;
}

/** A peer connection, on its way to a link or beneath one. */
export class Attempt {
  readonly number: number;
  readonly #options: AttemptOptions;
  readonly #events: AttemptEvents;
  readonly #connection: RTCPeerConnection;
  readonly #negotiator: Negotiator;
  readonly #gathering: Gathering;
  readonly #phases: PhaseClock;
  readonly #hope = new Hope();
  readonly #prospects = new Prospects();
  readonly #troubles = new Troubles();
  readonly #life: Lifetime;
  readonly #letting: Letting;
  #link: ChannelLink | null = null;
  #isRetired = false;

  constructor(options: AttemptOptions, events: AttemptEvents) {
    const { role, number, ice, isRelayOnly, timer, knew } = options;
    this.number = number;
    this.#options = options;
    this.#events = events;
    this.#phases = new PhaseClock(now, knew);
    this.#life = new Lifetime(timer, (action) => this.#do(action));
    this.#letting = new Letting(timer, (candidates) => this.#negotiator.add(candidates));
    this.#connection = new RTCPeerConnection(this.#configuration());
    this.#negotiator = new Negotiator(role, this.#connection, {
      onDescription: (kind, sdp) => this.#send({ t: "description", link: number, kind, sdp }),
      onStable: () => this.#described(),
      onError: () => this.#life.happened("closed"),
    });
    this.#gathering = new Gathering(isRelayOnly ? [] : ice(), timer, {
      onCandidates: (candidates) => this.#found(candidates),
      onComplete: () => this.#phases.mark("gathered"),
      onMapping: (mapping) => this.#mapped(mapping),
    });
    this.#watch(this.#connection.createDataChannel("byway", { negotiated: true, id: 0, ordered: true }));
    void this.#look();
  }

  /** The other side's description of this link: the first, or one that restarts its ICE. */
  described({ kind, sdp }: Description): void {
    if (kind === "offer") this.#letting.end();
    this.#negotiator.described(kind, this.#letting.stripped(sdp));
  }

  /** Candidates of the other side. */
  add(candidates: readonly string[]): void {
    this.#hope.received(candidates, now());
    this.#prospects.received(candidates);
    this.#letting.received(candidates);
    this.#judge();
  }

  /** What the NAT there does, as the other side says. */
  learned(there: Mapping): void {
    this.#prospects.learned(there);
    this.#judge();
    void this.#tell();
  }

  /** This machine changed its network. */
  moved(): void {
    this.#life.happened("moved");
  }

  /** Another attempt takes its place: nothing came of it, or its link goes on without descriptions until it ends. */
  supersede(): void {
    this.#isRetired = true;
    if (this.#link === null) this.#life.happened("closed");
  }

  /** Nobody is interested any more; a link that came of it lives on, and closes with its session. */
  close(): void {
    this.#isRetired = true;
    if (this.#link !== null) return;
    this.#life.end();
    this.#shut();
  }

  #watch(channel: RTCDataChannel): void {
    const connection = this.#connection;
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => this.#opened(channel));
    channel.addEventListener("close", () => this.#life.happened("closed"));
    connection.onnegotiationneeded = () => this.#negotiator.needed();
    connection.onicecandidate = ({ candidate }) => this.#candidate(candidate);
    connection.onicecandidateerror = (error) => this.#troubled(error);
    observeState(connection, (state) => this.#life.happened(state));
    observePhases(connection, this.#phases);
  }

  #opened(channel: RTCDataChannel): void {
    if (this.#life.state !== "connecting" && this.#life.state !== "hopeless") return;
    this.#phases.mark("secured");
    this.#phases.mark("opened");
    this.#link = new ChannelLink(this.#connection, channel, this.#options.timer);
    this.#connection.sctp?.transport.iceTransport.addEventListener("selectedcandidatepairchange", () => this.#changed());
    this.#life.happened("opened");
  }

  #described(): void {
    this.#hope.described(now());
    this.#phases.mark("described");
  }

  /** As long as it may come to something. */
  async #look(): Promise<void> {
    const stats = await statsOf(this.#connection);
    if (this.#life.state !== "connecting") return;
    if (this.#hope.isLost(stats, now())) this.#life.happened("lost-hope");
    else this.#options.timer(LOOK_S, () => void this.#look());
  }

  #found(candidates: string[]): void {
    this.#hope.found(candidates, now());
    this.#prospects.found(candidates);
    this.#judge();
    this.#send({ t: "candidate", link: this.number, candidates });
    this.#letting.told(candidates);
  }

  /** An empty one ends a generation, and none ends gathering (WebRTC 1.0, section 4.8.2). */
  #candidate(candidate: RTCIceCandidate | null): void {
    if (candidate === null) this.#gathering.complete();
    else if (candidate.candidate !== "") this.#gathering.found(candidate.candidate, candidate.usernameFragment);
  }

  /** It may come late: a server that is silent is given up after ten seconds. */
  #troubled(error: IceError): void {
    if (this.#troubles.add(ofIce(error))) void this.#tell();
  }

  #mapped(mapping: Mapping): void {
    this.#prospects.mapped(mapping);
    this.#judge();
    this.#send({ t: "network", link: this.number, mapping });
    void this.#tell();
  }

  #judge(): void {
    if (this.#link === null && this.#prospects.areBarred) this.#events.onBarred();
  }

  #do(action: LifeAction): void {
    switch (action) {
      case "announce":
        this.#events.onOpen(this.#link as ChannelLink);
        beginAgain({ isWorthAgain: () => this.#isWorthAgain(), restart: () => this.#restart(true) }, this.#options.timer);
        return this.#changed();
      case "restart":
        return this.#restart();
      case "interrupt":
        this.#link?.onInterrupted();
        return this.#restart();
      case "recover":
        return this.#changed();
      case "despair":
        return void this.#despair();
      case "give-up":
        return void this.#giveUp();
      case "drop":
        return this.#shut();
      case "lose":
        this.#link?.lost();
        return this.#shut();
    }
  }

  #configuration(): RTCConfiguration {
    const { ice, isRelayOnly } = this.#options;
    return { iceServers: ice().map(toRtc), iceTransportPolicy: isRelayOnly ? "relay" : "all" };
  }

  /** With the servers of now; the stack then asks for a negotiation by itself (WebRTC 1.0, section 4.4.2). */
  #restart(letsFirst = false): void {
    if (this.#isRetired) return;
    if (letsFirst) this.#letting.begin();
    else this.#letting.end();
    this.#connection.setConfiguration(this.#configuration());
    this.#connection.restartIce();
  }

  /** Of a connection that is closed Firefox does not even tell the descriptions. */
  async #isWorthAgain(): Promise<boolean> {
    const report = await this.#report();
    if (this.#life.state !== "open" || this.#connection.signalingState === "closed") return false;
    return isWorthAgain(this.#options.role, report, this.#connection.remoteDescription?.sdp ?? "");
  }

  async #despair(): Promise<void> {
    const report = await this.#report();
    if (this.#link === null) this.#events.onFailed(report);
  }

  /** The statistics are gone with the connection, so they are read before. */
  async #giveUp(): Promise<void> {
    const report = await this.#report();
    this.#shut();
    this.#events.onFailed(report);
  }

  #shut(): void {
    this.#connection.onicecandidate = null;
    this.#connection.close();
  }

  /** Told at once, and again when the statistics have surely caught up. */
  #changed(): void {
    void this.#tell();
    this.#options.timer(STATS_S, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    const report = this.#life.state === "open" ? await this.#report() : null;
    if (report !== null && this.#life.state === "open") this.#link?.onReport(report);
  }

  async #report(): Promise<ConnectionReport> {
    const stats = await statsOf(this.#connection);
    const { number: link, isRelayOnly, role } = this.#options;
    const { candidates: local, mapping: here } = this.#gathering;
    const [remote, networks] = [this.#negotiator.candidates, { here, there: this.#prospects.there }];
    const [asked, isOpen, phases] = [role === "A", this.#link !== null, this.#phases.phases];
    const relays = this.#troubles.remaining(stats, here !== "unknown" && here !== "blocked");
    return reportOf({ link, asked, isOpen, isRelayOnly, local, remote, networks, relays, phases, stats });
  }

  #send(message: Description | Candidate | Network): void {
    if (!this.#isRetired && this.#life.state !== "over") this.#events.send(message);
  }
}
