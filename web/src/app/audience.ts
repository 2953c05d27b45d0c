/** For whom a library is: where it is published for them, and anew elsewhere when others are contacts. After pypeer/library/contacts.py. */

import { type Contact, mayCall, secretsOf } from "../contacts/contact.ts";
import { PeerError } from "../errors.ts";
import { toBase64url } from "../secure/encoding.ts";
import { type About, inSpace, inTheOpen, type Place } from "../spaces/place.ts";
import { keyBoxes } from "../spaces/shelf.ts";
import type { Audience } from "./model.ts";
import type { Peer } from "./peer.ts";
import { explained } from "./teller.ts";

/** How long to wait before the server is asked again that cannot answer now, if it does not say, in seconds. */
const AGAIN_S = 5;

type Around = Pick<Peer, "client" | "identity" | "timer" | "spaceBook" | "contactBook" | "ownSpace">;

export interface AudienceEvents {
  /** Here it is to be published from now on, and nowhere else. */
  readonly onPlace: (place: Place) => void;
  /** It can be published no more as it is to be. */
  readonly onFailed: (error: unknown) => void;
  /** The person has left the space that it was for. */
  readonly onLeft: () => void;
}

/** Follows those for whom it is, until the function that it gives is called. */
export function follow(peer: Around, to: Audience, about: About, events: AudienceEvents): () => void {
  switch (to.kind) {
    case "everyone":
      events.onPlace(inTheOpen(about));
      return () => undefined;
    case "space":
      return followSpace(peer, to.space, about, events);
    case "contacts":
      return followContacts(peer, about, events);
  }
}

function followSpace(peer: Around, name: string, about: About, { onPlace, onFailed, onLeft }: AudienceEvents): () => void {
  const space = peer.spaceBook.named(name);
  if (space === null) {
    onFailed(new PeerError("no-space", "You have left this space. Ask a member for a new link.", false));
    return () => undefined;
  }
  let isOver = false;
  const stop = peer.spaceBook.all.watch(() => {
    if (isOver || peer.spaceBook.like(space) !== null) return;
    isOver = true;
    onLeft();
  });
  void inSpace(space.key, peer.identity.key, about).then((place) => !isOver && onPlace(place), onFailed);
  return () => {
    isOver = true;
    stop();
  };
}

/** A new place whenever others are contacts. What goes wrong ends it: who is no contact any more must not find it for want of a new key. */
function followContacts(peer: Around, about: About, { onPlace, onFailed }: AudienceEvents): () => void {
  let version = 0;
  let known: string | null = null;
  let isChecked = false;
  const publish = async (contacts: readonly Contact[], mine: number): Promise<void> => {
    try {
      if (!isChecked) await peer.client.ask({ t: "keys" }); // a server that knows no keys would take a library without them
      isChecked = true;
      const place = await forContacts(peer, contacts, about);
      if (mine === version) onPlace(place);
    } catch (error) {
      if (mine !== version) return;
      if (error instanceof PeerError && error.retry) peer.timer(error.wait ?? AGAIN_S, () => mine === version && void publish(contacts, mine));
      else onFailed(explained(error));
    }
  };
  const stop = peer.contactBook.all.watch((all) => {
    const members = membersOf(all);
    if (members === known) return;
    known = members;
    version += 1;
    void publish(all, version);
  });
  return () => {
    version += 1;
    stop();
  };
}

async function forContacts({ identity, ownSpace }: Around, contacts: readonly Contact[], about: About): Promise<Place> {
  const key = await ownSpace.keyFor(contacts);
  return inSpace(key, identity.key, about, await keyBoxes(contacts, identity.key, key));
}

function membersOf(contacts: readonly Contact[]): string {
  return JSON.stringify(contacts.filter(mayCall).map((each) => [each.id, ...secretsOf(each).map(toBase64url)]).sort());
}
