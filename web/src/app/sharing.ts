/** What is shared with whoever may have it, under a code or with a contact: its sums, and those who receive. */

import type { ShareSummary } from "./model.ts";
import type { Peer } from "./peer.ts";
import { Receivers } from "./receivers.ts";
import type { Offered } from "./sources.ts";

export abstract class Sharing {
  readonly summary: ShareSummary;
  protected readonly receiving: Receivers;

  constructor(peer: Peer, { offer: { files, folders, bytes, title = "", text = false } }: Offered) {
    this.summary = { files, folders, bytes, title, text };
    this.receiving = new Receivers(peer);
  }

  get receivers(): Receivers["list"] {
    return this.receiving.list;
  }

  get limit(): Receivers["limit"] {
    return this.receiving.limit;
  }

  setLimit(rate: number | null): void {
    this.receiving.setLimit(rate);
  }
}
