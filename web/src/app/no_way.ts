/** Why two peers are not connected any more, or never were, for the person. */

import { PeerError } from "../errors.ts";

export function gone(): PeerError {
  return new PeerError("peer-gone", "The other side has gone: it closed its page or command, or lost its network for too long.");
}

export function noPath(): PeerError {
  return new PeerError("no-path", "No way to the other side opened.");
}

/** The last attempt had no server to carry its messages. */
export function cutOff(): PeerError {
  const text =
    "The server went away before the two sides could tell each other how to connect: check your network, and try again when the server is back.";
  return new PeerError("server-gone", text);
}
