/** The sealed spaces of this browser, for the interface. */

import { CodeProblem } from "../secure/code.ts";
import type { SpaceBook } from "../spaces/book.ts";
import { randomly } from "../spaces/boxes.ts";
import { KEY_BYTES } from "../spaces/keys.ts";
import { linkOf, parseLink, type Space } from "../spaces/space.ts";
import { Cell } from "./cell.ts";
import type { Invited, Inviting, Spaces } from "./model.ts";

export class PageSpaces implements Spaces {
  readonly list = new Cell<readonly string[]>([]);
  readonly #book: SpaceBook;
  readonly #invite: (space: Space) => Inviting;

  /** `invite` gets a code for a space. */
  constructor(book: SpaceBook, invite: (space: Space) => Inviting) {
    this.#book = book;
    this.#invite = invite;
    book.all.watch((all) => {
      const names = all.map(({ name }) => name);
      if (JSON.stringify(names) !== JSON.stringify(this.list.value)) this.list.set(names);
    });
  }

  create(name: string): string {
    return this.#book.create(name, randomly(KEY_BYTES), Date.now()).name;
  }

  invite(name: string): Inviting {
    const space = this.#book.named(name);
    if (space === null) throw new CodeProblem("You have left this space. Ask a member for a new link.");
    return this.#invite(space);
  }

  read(link: string): Invited {
    const space = parseLink(link, Date.now());
    const known = this.#book.like(space);
    return { space: known?.name ?? space.name, isKnown: known !== null };
  }

  join(link: string): string {
    return this.#book.join(parseLink(link, Date.now())).name;
  }

  link(name: string): string {
    const space = this.#book.named(name);
    return space === null ? "" : linkOf(space);
  }

  leave(name: string): void {
    this.#book.leave(name);
  }
}
