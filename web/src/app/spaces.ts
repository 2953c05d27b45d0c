/** The sealed spaces of this browser, for the interface. */

import type { SpaceBook } from "../spaces/book.ts";
import { linkOf, parseLink } from "../spaces/space.ts";
import { Cell } from "./cell.ts";
import type { Invited, Spaces } from "./model.ts";

export class PageSpaces implements Spaces {
  readonly list = new Cell<readonly string[]>([]);
  readonly #book: SpaceBook;

  constructor(book: SpaceBook) {
    this.#book = book;
    book.all.watch((all) => {
      const names = all.map(({ name }) => name);
      if (JSON.stringify(names) !== JSON.stringify(this.list.value)) this.list.set(names);
    });
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
