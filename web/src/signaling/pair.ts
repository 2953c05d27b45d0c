/** A pair: the sealed way to one other peer through the server, from the first body to the last. */

import { PeerError } from "../errors.ts";
import type { EndCode, Invite, Meet, Preview, SealedMessage, Want } from "../gen/peer.ts";
import type { Phases } from "../gen/signaling.ts";
import { type Bytes, fromBase64url, toBase64url } from "../secure/encoding.ts";
import type { Effect, Meeting, RefusalCode } from "../secure/meeting.ts";
import type { Role } from "../secure/pake.ts";
import type { Timer } from "../timers/timers.ts";
import type { Request } from "./requests.ts";
import type { PairEnd } from "./switch.ts";

/** Bound of a meeting, in seconds: four messages each way over the slowest network that could carry a file. */
export const MEET_S = 30;

/** Told: role A has heard what the other side offers, and from then on gets all that it says. */
type Life = "meeting" | "met" | "told" | "over";

/** What a pair needs of the connection to the server. */
export interface Post {
  readonly isReady: boolean;
  post(request: Request): void;
}

/** The other side turned us away, or broke the rules, before or while the pair was open. */
export class RefusedError extends PeerError {
  override readonly name = "RefusedError";
}

/** One pair. Assign the handlers before `meet`. */
export class Pair implements PairEnd {
  readonly id: string;
  readonly peerKey: Bytes;
  /** Gets what the other side sealed. */
  onMessage: (message: SealedMessage) => void = () => undefined;
  /** Called once when the other side can no longer be reached this way; `byServer`: not because it has left. */
  onEnd: (byServer: boolean) => void = () => undefined;
  /** Role B: somebody guessed wrong; gives the attempts that remain, or null where there is nothing to guess. */
  onWrongWords: () => number | null = () => 0;
  readonly #server: Post;
  readonly #meeting: Meeting;
  readonly #met = Promise.withResolvers<Meet>();
  readonly #previewed = Promise.withResolvers<Preview | Invite>();
  readonly #wanted = Promise.withResolvers<Want>();
  #life: Life = "meeting";
  /** What has come is opened, in its order. */
  #opening: Promise<void> = Promise.resolve();

  constructor(server: Post, id: string, peerKey: Bytes, meeting: Meeting) {
    this.id = id;
    this.peerKey = peerKey;
    this.#server = server;
    this.#meeting = meeting;
    this.#met.promise.catch(() => undefined); // whoever waits gets it; nobody may
    this.#previewed.promise.catch(() => undefined);
    this.#wanted.promise.catch(() => undefined);
  }

  get role(): Role {
    return this.#meeting.role;
  }

  /** The secret of the two, to which other keys are bound; null unless the pair is open. */
  get bind(): Bytes | null {
    return this.#meeting.bind;
  }

  /** Whether the server is there to carry messages; those that are sent meanwhile wait until it is back. */
  get isReachable(): boolean {
    return this.#server.isReady;
  }

  /** Proves the code to each other; rejects with PeerError. */
  async meet(timer: Timer): Promise<Meet> {
    const cancel = timer(MEET_S, () => {
      this.#fail(new PeerError("no-answer", "The other side does not answer. Is its page or command still open?"), "timeout");
    });
    this.#perform(this.#meeting.start());
    try {
      return await this.#met.promise;
    } finally {
      cancel();
    }
  }

  /** Role A: what the other side offers, or, where we have said that we take those, to which sealed space it invites, before anything of a link is told, within `patience` seconds; rejects with PeerError. */
  async preview(timer: Timer, patience: number = MEET_S): Promise<Preview | Invite> {
    const cancel = timer(patience, () => {
      this.#fail(new PeerError("no-answer", "The other side does not say what it offers. Is its program up to date?"), "timeout");
    });
    try {
      return await this.#previewed.promise;
    } finally {
      cancel();
    }
  }

  /** Role B, where a library is asked: what the other side wants of it; rejects with PeerError. */
  async want(timer: Timer): Promise<Want> {
    const cancel = timer(MEET_S, () => this.#fail(new PeerError("no-answer", "The other side does not say what it wants."), "timeout"));
    try {
      return await this.#wanted.promise;
    } finally {
      cancel();
    }
  }

  /** Seals and sends. */
  send(message: SealedMessage): void {
    void this.#meeting.seal(message).then((effects) => this.#perform(effects));
  }

  /** Turns the other side away. */
  refuse(refusal: RefusalCode, left = 0): void {
    this.#perform(this.#meeting.refuse(refusal, left));
    this.leave(refusal);
  }

  /** Tells the operator's counters how the pair got connected, and how fast. */
  report(outcome: string, phases: Phases = {}): void {
    this.#post({ t: "report", pair: this.id, outcome, phases });
  }

  /** Says that the session is over, and leaves. */
  async part(code: EndCode | null): Promise<void> {
    this.#perform(await this.#meeting.seal(code === null ? { t: "part" } : { t: "part", code }));
    this.leave(code ?? "done");
  }

  /** Leaves, and whoever waits for something of this pair waits no more; safe to call twice. */
  leave(reason: string): void {
    this.#post({ t: "leave", pair: this.id, reason });
    this.#life = "over";
    this.#giveUp(new PeerError("cancelled", "This side has left.", false));
  }

  /** A body arrived. */
  signaled(body: string): void {
    const received = this.#meeting.receive(fromBase64url(body) ?? new Uint8Array());
    this.#opening = received.then((effects) => this.#perform(effects));
  }

  /** The other side left; why, it may have said just before. */
  left(): void {
    void this.#opening.finally(() => this.#ended(false));
  }

  /** The session with the server was lost, and the pair with it. */
  forgotten(): void {
    void this.#opening.finally(() => this.#ended(true));
  }

  #ended(byServer: boolean): void {
    const before = this.#life;
    if (before === "over") return;
    this.#life = "over";
    this.#giveUp(new PeerError("peer-left", "The other side went away before anything was sent. Try again."));
    if (before !== "meeting") this.onEnd(byServer);
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.#post({ t: "signal", pair: this.id, body: toBase64url(effect.body) });
      case "opened":
        if (this.#life === "meeting") this.#life = "met";
        return this.#met.resolve(effect.meet);
      case "received":
        return this.#received(effect.message);
      case "wrong-words":
        return this.#wrongWords();
      case "ended":
        return this.#fail(explain(effect.refusal, effect.left), effect.refusal);
    }
  }

  #received(message: SealedMessage): void {
    if (this.#life === "over") return;
    if (this.role === "B" && message.t === "want") return this.#wanted.resolve(message);
    if (this.role === "B" || this.#life === "told") return this.onMessage(message);
    if (message.t === "part") return this.#giveUp(turnedAway(message.code ?? null));
    if (message.t !== "preview" && message.t !== "invite") return;
    this.#life = "told";
    this.#previewed.resolve(message);
  }

  /** Whoever waits for the meeting or for the preview waits in vain. */
  #giveUp(error: PeerError): void {
    this.#met.reject(error);
    this.#previewed.reject(error);
    this.#wanted.reject(error);
  }

  #wrongWords(): void {
    const left = this.onWrongWords();
    const refusal = left === null ? "broken" : left > 0 ? "wrong-words" : "burned";
    this.#perform(this.#meeting.refuse(refusal, left ?? 0));
    this.#fail(explain(refusal, left), refusal);
  }

  #fail(error: PeerError, reason: string): void {
    const before = this.#life;
    if (before === "over") return;
    this.#giveUp(error);
    this.leave(reason);
    if (before !== "meeting") this.onEnd(false);
  }

  #post(request: Request): void {
    if (this.#life !== "over") this.#server.post(request);
  }
}

/** Why there is no preview: whoever was asked for something of a library may have said no, or have it no more. */
function turnedAway(code: EndCode | null): PeerError {
  if (code === "declined") return new PeerError(code, "Its owner has not agreed to give it to you.", false);
  if (code === "file-vanished") return new PeerError(code, "It is no longer there. Search again.", false);
  return new PeerError("expired", "The offer is over. Ask the sender for a new one.", false);
}

function explain(refusal: RefusalCode, left: number | null): RefusedError {
  switch (refusal) {
    case "wrong-words":
      return new RefusedError(refusal, `The words of the code are wrong. Check the spelling and try again.${attempts(left)}`);
    case "burned":
      return new RefusedError(refusal, "The words were wrong too often, so the code is worthless now. Ask the sender for a new one.", false);
    case "used":
      return new RefusedError(refusal, "The code was for one receiver, and has been used. Ask the sender for a new one.", false);
    case "busy":
      return new RefusedError(refusal, "The sender serves as many receivers as it can. Try again in a while.");
    case "broken":
      return new RefusedError(refusal, "A message on the way was altered or repeated. Do not trust this server or this network.");
  }
}

function attempts(left: number | null): string {
  if (left === null || left === 0) return "";
  return left === 1 ? " One attempt is left." : ` ${left} attempts are left.`;
}
