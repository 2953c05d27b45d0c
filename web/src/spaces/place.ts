/**
 * Where a library is published, and what differs with it: in the open directory, or in a sealed space; pure but for the nonces of what is
 * sealed. Twin of pypeer/library/place.py.
 */

import { type Form, OPENLY } from "../directory/forms.ts";
import type { Publish, Reach, SealedPublish } from "../gen/signaling.ts";
import { libraryText } from "../secure/code.ts";
import type { Bytes } from "../secure/encoding.ts";
import { Boxes, type Random, randomly } from "./boxes.ts";
import { Sealed } from "./form.ts";
import { SpaceKeys } from "./keys.ts";
import type { KeyBox } from "./shelf.ts";

/** What is said of a library, wherever it is. */
export interface About {
  readonly name: string;
  readonly description: string;
  /** Whether its owner is asked about each request. */
  readonly asks: boolean;
  readonly reach: Reach | null;
}

export interface Place {
  /** Begins the library. */
  readonly publish: Omit<Publish, "id"> | Omit<SealedPublish, "id">;
  readonly form: Form;
  /** What the key exchange is fed with where the library of this id is asked. */
  password(library: string): string;
}

/** For everybody at the server. */
export function inTheOpen({ name, description, ...about }: About): Place {
  return { publish: { t: "publish", name, ...(description === "" ? {} : { description }), ...plainly(about) }, form: OPENLY, password: libraryText };
}

/** For those who have this key of a space; `owner` is the public key of this page. `boxes` lead those to it who have it from nowhere else. */
export async function inSpace(key: Bytes, owner: Bytes, { name, description, ...about }: About, boxes: readonly KeyBox[] = [], random: Random = randomly): Promise<Place> {
  const keys = new SpaceKeys(key);
  const sealing = new Boxes(keys, owner, random);
  const box = await sealing.library({ name, description });
  const led = boxes.length === 0 ? {} : { keys: boxes.map((each) => [...each]) };
  return { publish: { t: "sealed-publish", space: keys.tag, box, ...plainly(about), ...led }, form: new Sealed(keys, sealing), password: (library) => keys.password(library) };
}

/** What is no name, and so is told as it is; nothing is said of what is not. */
function plainly({ asks, reach }: Pick<About, "asks" | "reach">): Pick<Publish, "ask" | "reach"> {
  return { ...(asks ? { ask: true } : {}), ...(reach === null ? {} : { reach }) };
}
