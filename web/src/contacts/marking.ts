/** Names of others that a reader could take for those of somebody who was met, wherever they are shown. Pure. Twin of pypeer/contacts/marking.py. */

import { type Contact, mayCall } from "./contact.ts";
import { skeleton } from "./lookalike.ts";

/** What of somebody who was met is compared. */
export interface Known extends Pick<Contact, "id" | "name"> {
  /** The two words made from the id. */
  readonly short: string;
}

/** How all of these look, who are called by their names and by their two words. */
export class Likeness {
  readonly #looks: ReadonlyMap<string, readonly { readonly each: Known }[]>;

  constructor(known: readonly Known[]) {
    const looks = known.flatMap((each) => [each.name, each.short].map((name) => ({ look: skeleton(name), each })));
    this.#looks = Map.groupBy(looks, ({ look }) => look);
  }

  /** The names of those that `name` could be taken for, when the peer of this id is called so and is none of them. */
  of(name: string, id: string): readonly string[] {
    const all = this.#looks.get(skeleton(name)) ?? [];
    return [...new Set(all.filter(({ each }) => each.id !== id).map(({ each }) => each.name))].sort();
  }
}

/** Of all who were met, only contacts count where strangers are marked: nobody else is somebody whose name means anything. */
export function ofContacts(known: readonly (Known & Pick<Contact, "standing">)[]): Likeness {
  return new Likeness(known.filter(mayCall));
}
