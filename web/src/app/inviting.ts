/** An invitation to a sealed space: a code, and the key of the space for whoever proves it and says yes. After pypeer/spaces/inviting.py. */

import { CAP_SPACES } from "../gen/peer_constants.ts";
import { toBase64url } from "../secure/encoding.ts";
import type { Space } from "../spaces/space.ts";
import { printable } from "../transfer/names.ts";
import { Cell } from "./cell.ts";
import type { Inviting, Person } from "./model.ts";
import { type Peer, personOf } from "./peer.ts";
import type { Guest } from "./receivers.ts";
import { SharedOffer } from "./share.ts";
import { offerItems } from "./sources.ts";

/** How long whoever is invited may think, in seconds. */
const ANSWER_S = 300;

/** It waits under a code as an offer does, and what is under it is a key instead of files. */
export class SpaceInvitation extends SharedOffer implements Inviting {
  readonly members = new Cell<readonly Person[]>([]);
  readonly #peer: Peer;
  readonly #space: Space;
  /** Those who think about it. */
  #asked = 0;

  constructor(peer: Peer, space: Space) {
    super(peer, offerItems([]), { once: true, expires: null }, () => undefined); // a key is not handed over
    this.#peer = peer;
    this.#space = space;
  }

  protected override get serving(): number {
    return this.#asked;
  }

  protected override serve({ pair, meet: { name = "", caps = [] } }: Guest, onEnd: (isDone: boolean) => void): void {
    this.#asked += 1;
    const settle = (isMember: boolean): void => {
      cancel();
      this.#asked -= 1;
      pair.onMessage = pair.onEnd = () => undefined;
      this.#peer.switchboard.drop(pair.id);
      if (isMember) this.members.set([...this.members.value, personOf(pair.peerKey, printable(name))]);
      onEnd(isMember);
    };
    const cancel = this.#peer.timer(ANSWER_S, () => void pair.part("expired").then(() => settle(false)));
    if (!caps.includes(CAP_SPACES)) return void pair.part("unsupported-version").then(() => settle(false)); // a program that knows no spaces
    pair.onEnd = () => settle(false);
    pair.onMessage = (message) => {
      if (message.t === "part") settle(message.code == null);
    };
    pair.send({ t: "invite", name: this.#space.name, key: toBase64url(this.#space.key) });
  }
}
