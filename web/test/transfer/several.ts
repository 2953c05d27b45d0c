/** A receiver and its several senders, which offer the same: made by hand, one source a link. */

import type { Entry } from "../../src/gen/peer.ts";
import type { Bytes } from "../../src/secure/encoding.ts";
import type { Frame } from "../../src/transfer/frames.ts";
import { offerOf } from "../../src/transfer/manifest.ts";
import type { Receiver } from "../../src/transfer/receiver.ts";
import { CHUNK, chunk, control, digest, type Effects, FRAME, hello, on, receiver } from "./saying.ts";

export const ENTRIES: readonly Entry[] = [{ path: "d", folder: true }, { path: "d/a", size: 2 * CHUNK }, { path: "d/b", size: 5 }];
export const GOOD = digest(1);
export const BAD = digest(2);

export const offer = control(offerOf(ENTRIES, "t", false));
export const list = (entries = ENTRIES, start = 0, last = true): Frame => control({ t: "entries", start, entries: [...entries], last });

export function dismissed(effects: Effects): ReadonlyMap<number, string> {
  return new Map(effects.flatMap((effect) => (effect.type === "dismiss" ? [[effect.source, effect.error.message]] : [])));
}

type Till = "waiting" | "listing" | "deciding" | "preparing" | "fetching";

/** A receiver that got this far with its first source. */
export function reaching(till: Till): Receiver {
  const here = receiver();
  if (till === "waiting") return here;
  on(here, 0, hello, offer);
  if (till === "listing") return here;
  on(here, 0, list());
  if (till === "deciding") return here;
  here.decided(true);
  if (till === "fetching") here.prepared(0);
  return here;
}

/** The same, and a link to a second source, which says this. */
export function second(till: Till, ...frames: readonly Frame[]): readonly [Receiver, Effects] {
  const here = reaching(till);
  here.linkUp(1, 0, FRAME, 1);
  return [here, on(here, 1, hello, ...frames)];
}

/** A chunk of the large file, in parts that fit. */
/** Sends a chunk in parts that fit, with this hash, and has it stored. */
export function send(here: Receiver, link: number, request: number, place: readonly [file: number, chunk: number], hash = GOOD, root: Bytes | null = null): Effects {
  const effects = on(here, link, ...chunk(request, place[0] === 1 ? CHUNK : 5, hash, root));
  return [...effects, ...here.stored({ type: "stored", file: place[0], chunk: place[1] }, 1)];
}

/** Two senders, of which the first has sent all of the small file, whose root nobody has told yet. */
export function unrooted(): Receiver {
  const here = reaching("fetching");
  send(here, 0, 2, [2, 0]);
  here.linkUp(1, 0, FRAME, 1);
  on(here, 1, hello, offer, list());
  return here;
}
