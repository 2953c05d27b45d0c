/** How files are put for the server in a sealed space: a tag, tokens and a box each; pure but for random nonces. Twin of pypeer/spaces/form.py. */

import { handleOf } from "../directory/answers.ts";
import { costOf, ending, type Filled, type Form, placeOf, type PublicFile, ROOM } from "../directory/forms.ts";
import type { SealedEntry } from "../gen/signaling.ts";
import { type Bytes, fromBase64url } from "../secure/encoding.ts";
import { Blinder } from "./blinding.ts";
import { boxChars, type Boxes, type SealedFile } from "./boxes.ts";
import type { SpaceKeys } from "./keys.ts";

/** A file before its box is made. */
interface Unsealed {
  readonly number: number;
  readonly tag: string;
  readonly tokens: string;
  readonly file: SealedFile;
}

/** For the members of a space. */
export class Sealed implements Form {
  readonly #keys: SpaceKeys;
  readonly #boxes: Boxes;
  readonly #blinder: Blinder;

  constructor(keys: SpaceKeys, boxes: Boxes) {
    this.#keys = keys;
    this.#boxes = boxes;
    this.#blinder = new Blinder(keys);
  }

  fill(files: Iterable<readonly [number, PublicFile]>, most: number): Filled {
    const chosen: Unsealed[] = [];
    let room = ROOM;
    for (const [number, file] of files) {
      if (chosen.length >= most) break;
      const unsealed = this.#unsealed(number, file);
      room -= costOf([number, unsealed.tag, unsealed.tokens, ""]) + boxChars(unsealed.file);
      if (room < 0) break;
      chosen.push(unsealed);
    }
    return {
      added: chosen.map(({ number }) => number),
      say: async (library, gone, isAll) => ({ t: "sealed-announce", library, files: await Promise.all(chosen.map((each) => this.#entry(each))), ...ending(gone, isAll) }),
    };
  }

  /** The root of what is published was made here. */
  #unsealed(number: number, { path, size, root }: PublicFile): Unsealed {
    const { folder, name } = placeOf(path);
    const tag = this.#keys.fileTag(handleOf(fromBase64url(root) as Bytes));
    return { number, tag, tokens: this.#blinder.tokens(folder, name), file: { folder, name, size, root } };
  }

  async #entry({ number, tag, tokens, file }: Unsealed): Promise<SealedEntry> {
    return [number, tag, tokens, await this.#boxes.file(file)];
  }
}
