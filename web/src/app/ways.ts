/** Ways to somebody who has what is wanted: by a code, as the owner of a library, or because it has called. */

import type { Want } from "../gen/peer.ts";
import type { Called, Met } from "../gen/signaling.ts";
import { format, libraryText, parse } from "../secure/code.ts";
import { callPassword } from "../secure/contact.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { SignalingClient } from "../signaling/client.ts";
import { MEET_S } from "../signaling/pair.ts";

/** How long a person may take to say yes or no, in seconds: long enough to be fetched from the next room. */
const PERSON_S = 600;

/** How somebody is met, and what is asked of them. */
export interface Way {
  /** Tells it from other ways. */
  readonly key: string;
  /** What the key exchange is fed with. */
  readonly text: string;
  /** Of the code, if it is one: a delegate has to show that it may serve that. */
  readonly locator: string | null;
  /** The peer id that it has to be, where the text proves nothing. */
  readonly owner: string | null;
  /** Whether it is a code that both have proven, so that they can be contacts of each other. */
  readonly acquaints: boolean;
  /** Whether a person is asked there before anything is offered. */
  readonly asksFirst: boolean;
  /** What is wanted of a library; null where a code says it. */
  readonly want: Want | null;
  /** How long it may take until it is said what is offered, in seconds. */
  readonly patience: number;
  request(client: Pick<SignalingClient, "ask">): Promise<Met>;
}

/** To whoever waits under this code; throws CodeProblem if it cannot be one. */
export function byCode(text: string): Way {
  const code = parse(text);
  const whole = format(code);
  const request: Way["request"] = (client) => client.ask({ t: "knock", locator: code.locator });
  return { key: whole, text: whole, locator: code.locator, owner: null, acquaints: true, asksFirst: false, want: null, patience: MEET_S, request };
}

/** Which library, whose it has to be, and whether its owner is asked about each request. */
export interface LibraryAddress {
  readonly library: string;
  readonly owner: string;
  readonly asks: boolean;
  /** What only members know of the sealed space that it is in, if it is in one. */
  readonly password?: string;
}

/** To the owner of this library. */
export function byLibrary({ library, owner, asks, password }: LibraryAddress, want: Want): Way {
  const request: Way["request"] = (client) => client.ask({ t: "ask", library });
  const text = password ?? libraryText(library);
  return { key: text, text, locator: null, owner, acquaints: false, asksFirst: asks, want, patience: asks ? PERSON_S : MEET_S, request };
}

/** To the contact `caller`, a peer id, which has called: the server has made the pair. */
export function byCall({ pair, peer, ice, relay, ttl, seq }: Called, caller: string, secret: Bytes): Way {
  const met: Met = { t: "met", seq, re: 0, pair, peer, ...(ice === undefined ? {} : { ice }), ...(relay == null ? {} : { relay }), ...(ttl == null ? {} : { ttl }) };
  return { key: `call:${pair}`, text: callPassword(secret), locator: null, owner: caller, acquaints: false, asksFirst: false, want: null, patience: MEET_S, request: () => Promise.resolve(met) };
}
