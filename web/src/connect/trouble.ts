/**
 * Why a server that helps two peers to connect cannot be used, as one sentence for a person. Pure; twin of
 * pypeer/connect/trouble.py, held to the same vectors (tests/vectors/troubles.json).
 *
 * A browser tells a code and some words for developers (W3C webrtc, RTCPeerConnectionIceErrorEvent).
 */

import type { RelayTrouble } from "../gen/peer.ts";
import { RELAY_CLOSES, TURN_MEANINGS } from "../gen/peer_constants.ts";
import type { CandidateStats } from "./path.ts";

/** Of a server that could not be reached (W3C webrtc, RTCPeerConnectionIceErrorEvent). */
const UNREACHABLE = 701;

/** Longest sentence (schema of `RelayTrouble`). */
const TEXT_CHARS = 512;

/** Kept of one link: each address of each server has one or two. */
const TROUBLES_MAX = 16;

/** Of a relay that closed nothing, but did not bring the other side in time. */
export const TOO_LATE = "it did not bring the two sides together in time";

const MEANINGS: Readonly<Record<number, string>> = TURN_MEANINGS;

/** By close codes of the relay inside a WebSocket (docs/protocol.md, "Of a close"). */
const CLOSES: Readonly<Record<number, string>> = RELAY_CLOSES;

/** What a browser tells of a server. */
export interface IceError {
  readonly url: string;
  readonly errorCode: number;
  readonly errorText: string;
}

/** A STUN or TURN server could not be used. */
export function ofIce({ url, errorCode, errorText }: IceError): RelayTrouble {
  const [, scheme = "", host = url, port, query = ""] = SERVER.exec(url) ?? [];
  const isSecure = scheme.endsWith("s");
  const place = `${host.replace(/[[\]]/g, "")}, port ${port ?? (isSecure ? 5349 : 3478)}`;
  const transport = isSecure ? "TLS" : query.includes("tcp") ? "TCP" : "UDP";
  const name = scheme.startsWith("stun") ? "STUN server" : "relay";
  const reason = errorCode === UNREACHABLE ? unreachable(errorText) : (MEANINGS[errorCode] ?? "the relay refuses, and does not say why");
  return trouble(url, errorCode, `The ${name} ${place}, cannot be used over ${transport}: ${reason}.`);
}

/** The relay inside a WebSocket did not bring the two together; `code` is that of its close, 0 if it was not. */
export function ofWebSocket(url: string, code: number, detail: string): RelayTrouble {
  return trouble(url, code || UNREACHABLE, `The relay of the server cannot be used: ${CLOSES[code] ?? detail}.`);
}

/** What went wrong with the servers of one link, each thing once. */
export class Troubles {
  readonly #all = new Map<string, RelayTrouble>();

  /** Notes one; tells whether it is news. */
  add(found: RelayTrouble): boolean {
    const key = `${found.code} ${found.text}`;
    if (this.#all.has(key) || this.#all.size >= TROUBLES_MAX) return false;
    this.#all.set(key, found);
    return true;
  }

  /**
   * Those that matter: a browser asks each server from each address of its machine, and complains of each that did not work, so a server
   * that has given a candidate is left out; and so are STUN servers where what they are for is known.
   */
  remaining(candidates: readonly CandidateStats[], isSeen: boolean): RelayTrouble[] {
    const working = new Set(candidates.map(({ url }) => url));
    return [...this.#all.values()].filter(({ relay }) => !working.has(relay) && !(isSeen && relay.startsWith("stun")));
  }
}

/** RFC 7064, RFC 7065: scheme, host, port and what follows. */
const SERVER = /^(stuns?|turns?):(\[[^\]]*\]|[^:?]+)(?::(\d+))?(\?.*)?$/;

/** What a browser's own words say, as far as they are known. */
function unreachable(words: string): string {
  if (/lookup/i.test(words)) return "its name is not known here";
  if (words === "" || /timed? ?out/i.test(words)) return "it does not answer";
  return `it cannot be reached (${words.replace(/\.$/, "")})`;
}

function trouble(relay: string, code: number, text: string): RelayTrouble {
  return { relay, code, text: text.slice(0, TEXT_CHARS) };
}
