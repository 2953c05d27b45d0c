/** The STUN and TURN servers that the server names. Pure. */

import type { IceServer } from "../gen/signaling.ts";

/** In the form that RTCPeerConnection takes; empty names count as none. */
export function toRtc({ urls, username, credential }: IceServer): RTCIceServer {
  const server: RTCIceServer = { urls };
  if (username) server.username = username;
  if (credential) server.credential = credential;
  return server;
}

/** The STUN servers among these, each address once. */
export function stunServers(ice: readonly IceServer[]): readonly string[] {
  return urlsOf(ice).filter((url) => /^stuns?:/.test(url));
}

/** The relays among these, each address once (RFC 7065). */
export function relayServers(ice: readonly IceServer[]): readonly string[] {
  return urlsOf(ice).filter((url) => /^turns?:/.test(url));
}

function urlsOf(ice: readonly IceServer[]): readonly string[] {
  return [...new Set(ice.flatMap(({ urls }) => urls))];
}
