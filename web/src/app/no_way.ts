/** Why two peers are not connected any more, or never were, for the person. Pure; twin of pypeer/no_way.py. */

import { PeerError } from "../errors.ts";

/**
 * How long there may be neither a link nor a server that could carry the messages for one, before the first link, in seconds: a server
 * restarts within that; whoever waits in front of it for longer should know why.
 */
export const SERVER_S = 10;

/**
 * The same once there was a link: a laptop that goes from one network to another, or sleeps for a moment, loses both, and a transfer
 * that has begun is worth waiting for.
 */
export const BEGUN_S = 60;

export function gone(): PeerError {
  return new PeerError("peer-gone", "The other side has gone: it closed its page or command, or lost its network for too long.");
}

export function noPath(): PeerError {
  return new PeerError("no-path", "No way to the other side opened.");
}

/** The last attempt had no server to carry its messages; `hasBegun` says that there was a link before. */
export function cutOff(hasBegun: boolean): PeerError {
  return new PeerError("server-gone", hasBegun ? GONE_MEANWHILE : GONE_BEFORE);
}

const GONE_BEFORE =
  "The server went away before the two sides could tell each other how to connect: check your network, and try again when the server is back.";

/** Nothing is promised of what has arrived: the page keeps it only for who asked it to. */
const GONE_MEANWHILE = "The server went away, and with it the way to the other side. Try again when the server is back.";

/** Tells when there is nothing to wait for: no link, and no server to make one with. */
export class Forsaken {
  #since: number | null = null;
  #hasBegun = false;

  /** How it is now, in seconds of any one clock; whether it has been hopeless for too long. */
  seen(isLinked: boolean, isReachable: boolean, now: number): boolean {
    this.#hasBegun ||= isLinked;
    if (isLinked || isReachable) {
      this.#since = null;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= (this.#hasBegun ? BEGUN_S : SERVER_S);
  }
}
