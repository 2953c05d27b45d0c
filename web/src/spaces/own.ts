/** The space of one's own contacts as its owner keeps it. Pure but for whoever keeps it. Twin of pypeer/spaces/own.py. */

import { type Contact, mayCall } from "../contacts/contact.ts";
import type { Bytes } from "../secure/encoding.ts";
import { type Random, randomly } from "./boxes.ts";
import { KEY_BYTES } from "./keys.ts";
import { turned } from "./shelf.ts";

/** The key, and the ids of those to whom it was given. */
export interface OwnKey {
  readonly key: Bytes;
  readonly given: readonly string[];
}

/** Where it is kept: what is there becomes what `next` makes of it, and nobody else changes it meanwhile. Rejects if that cannot be kept. */
export type OwnKeeper = (next: (kept: OwnKey | null) => OwnKey) => Promise<OwnKey>;

export class OwnSpace {
  readonly #keeper: OwnKeeper | null;
  readonly #random: Random;
  /** Where nothing can be kept: it lasts as long as the page, and is none that was given to anybody before. */
  #own: OwnKey | null = null;

  constructor(keeper: OwnKeeper | null = null, random: Random = randomly) {
    this.#keeper = keeper;
    this.#random = random;
  }

  /** The key with which to publish for these: a new one if somebody had the old one who may not have it any more. */
  async keyFor(contacts: readonly Contact[]): Promise<Bytes> {
    const now = contacts.filter(mayCall).map(({ id }) => id);
    const next = (kept: OwnKey | null): OwnKey => ({ key: turned(kept?.key ?? null, kept?.given ?? [], now, () => this.#random(KEY_BYTES)), given: now });
    try {
      if (this.#keeper !== null) return (await this.#keeper(next)).key;
    } catch {
      // the disk may be full, or the data of the site gone
    }
    this.#own = next(this.#own);
    return this.#own.key;
  }
}
