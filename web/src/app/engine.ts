/** The engine: this page as a peer, on line with its server, and what it shares and fetches. */

import type { Push } from "../signaling/requests.ts";
import type { Asked, Knocked } from "../gen/signaling.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Identity } from "../secure/identity.ts";
import { SignalingClient } from "../signaling/client.ts";
import type { Pair } from "../signaling/pair.ts";
import { Switchboard } from "../signaling/switch.ts";
import { canKeep, sweep } from "../keep/keep.ts";
import { startTimers } from "../timers/timers.ts";
import { Cell } from "./cell.ts";
import { NetworkCheck } from "./check.ts";
import type { SpaceBook } from "../spaces/book.ts";
import type { OwnSpace } from "../spaces/own.ts";
import type { Space } from "../spaces/space.ts";
import type { ContactBook } from "../contacts/book.ts";
import { type ContactChoices, PageContacts } from "./contacts.ts";
import { type HandedList, PageHanded } from "./handed.ts";
import { FetchedOffer } from "./fetch.ts";
import { PageDirectory } from "./directory.ts";
import { PublishedLibrary } from "./library.ts";
import type { Check, Contacts, Directory, Engine, Fetch, LibraryOptions, Person, Problem, Publication, PublicItem, Receiver, ServerState, Share, ShareItem, ShareOptions, ShareState, Spaces } from "./model.ts";
import { LABEL, type Peer } from "./peer.ts";
import { PageSpaces } from "./spaces.ts";
import { SpaceInvitation } from "./inviting.ts";
import { SharedOffer } from "./share.ts";
import { type Offered, offerItems, offerLibrary, offerText } from "./sources.ts";
import { toProblem } from "./transfer.ts";
import { byCode } from "./ways.ts";

/** Longest name (schema of `meet`). */
const NAME_CHARS = 128;

/** In the query of the page's address: use relays only, for tests of relays and for who wants to hide an address. */
const RELAY_ONLY = "relay-only";

export interface EngineOptions extends ContactChoices {
  /** Address of the page. What follows `?` is for this page alone, and what follows `#` was for its interface. */
  readonly page: string;
  readonly identity: Identity;
  /** What the person calls this peer. */
  readonly name: string;
  /** Whom this browser has met by a code. */
  readonly contacts: ContactBook;
  /** The sealed spaces of this browser, and that of its contacts. */
  readonly spaces: SpaceBook;
  readonly ownSpace: OwnSpace;
  /** What contacts serve in our name. */
  readonly handed: HandedList;
  /** The access word of the server; empty if the person has said none. */
  readonly access: string;
}

/** Starts the engine. */
export function createEngine({ page, name, ...options }: EngineOptions): Engine {
  const url = new URL(page);
  const isRelayOnly = url.searchParams.has(RELAY_ONLY);
  url.search = url.hash = "";
  const engine = new PageEngine({ ...options, page: url.href, isRelayOnly });
  engine.setName(name);
  engine.start();
  if (canKeep()) void sweep();
  return engine;
}

type Parts = Omit<EngineOptions, "name"> & { readonly isRelayOnly: boolean };

class PageEngine implements Engine, Peer {
  readonly server = new Cell<ServerState>({ kind: "connecting" });
  readonly page: string;
  readonly isRelayOnly: boolean;
  readonly identity: Identity;
  readonly client: SignalingClient;
  readonly switchboard = new Switchboard();
  readonly timer = startTimers();
  readonly contactBook: ContactBook;
  readonly spaceBook: SpaceBook;
  readonly ownSpace: OwnSpace;
  readonly spaces: Spaces;
  readonly handed: PageHanded;
  readonly #directory: PageDirectory;
  readonly #contacts: PageContacts;
  readonly #shares = new Set<SharedOffer>();
  readonly #libraries = new Set<PublishedLibrary>();
  #name = "";

  constructor({ identity, page, isRelayOnly, contacts, spaces, ownSpace, handed, access, ...choices }: Parts) {
    this.spaceBook = spaces;
    this.contactBook = contacts;
    this.ownSpace = ownSpace;
    this.spaces = new PageSpaces(spaces, (space) => this.#invite(space));
    this.identity = identity;
    this.page = page;
    this.isRelayOnly = isRelayOnly;
    this.client = new SignalingClient({
      page,
      identity,
      label: LABEL,
      timer: this.timer,
      access,
      onState: (state) => this.server.set(state),
      onPush: (push) => this.#pushed(push),
      onReady: (resumed) => this.#ready(resumed),
    });
    this.handed = new PageHanded(this.client, handed, (locator) => this.#shareUnder(locator)?.withdrawn());
    this.#directory = new PageDirectory(this);
    this.#contacts = new PageContacts(this, contacts, choices);
  }

  get directory(): Directory {
    return this.#directory;
  }

  get contacts(): Contacts {
    return this.#contacts;
  }

  acquaint(pair: Pair, name: string): void {
    this.#contacts.acquaint(pair, name);
  }

  isBlocked(key: Bytes): boolean {
    return this.#contacts.isBlocked(key);
  }

  get me(): Person {
    const { id, short } = this.identity;
    return { id, short, name: this.#name };
  }

  get name(): string {
    return this.#name;
  }

  /** Connects, comes back at once when the network does, and says goodbye when the page goes. */
  start(): void {
    this.client.connect();
    window.addEventListener("online", () => this.client.connect());
    window.addEventListener("pagehide", ({ persisted }) => {
      if (!persisted) this.client.close();
    });
  }

  share(items: readonly ShareItem[], options: ShareOptions): Share {
    return this.#offer(() => offerItems(items), options);
  }

  shareText(text: string, options: ShareOptions): Share {
    return this.#offer(() => offerText(text), options);
  }

  fetch(code: string): Fetch {
    return new FetchedOffer(this, [byCode(code)]);
  }

  publish(files: readonly PublicItem[], options: LibraryOptions): Publication {
    const library = new PublishedLibrary(this, offerLibrary(files), options);
    this.#libraries.add(library);
    return library;
  }

  check(): Check {
    return new NetworkCheck({ server: this.server, ice: () => this.client.ice, timer: this.timer });
  }

  admit(word: string): void {
    this.client.admit(word);
  }

  setName(name: string): void {
    this.#name = [...name.trim()].slice(0, NAME_CHARS).join("");
  }

  #offer(make: () => Offered, options: ShareOptions): Share {
    try {
      const share = new SharedOffer(this, make(), options, (handed) => this.handed.add(handed));
      this.#shares.add(share);
      return share;
    } catch (error) {
      return failedShare(toProblem(error));
    }
  }

  #invite(space: Space): SpaceInvitation {
    const invitation = new SpaceInvitation(this, space);
    this.#shares.add(invitation);
    return invitation;
  }

  #ready(resumed: boolean): void {
    this.#directory.signedIn();
    this.#contacts.signedIn(resumed);
    if (resumed) return;
    this.switchboard.loseAll();
    for (const share of this.#shares) void share.reopen();
    for (const library of this.#libraries) library.reopen();
  }

  #pushed(push: Push): void {
    switch (push.t) {
      case "knocked":
        return this.#knocked(push);
      case "asked":
        return this.#asked(push);
      case "called":
        if (!this.#contacts.called(push)) this.client.post({ t: "leave", pair: push.pair, reason: "used" });
        return;
      case "lapsed":
        return this.#shareUnder(push.locator)?.lapsed(push.reason);
      default:
        return this.switchboard.route(push);
    }
  }

  #knocked(push: Knocked): void {
    const share = this.#shareUnder(push.locator);
    if (share === undefined) this.client.post({ t: "leave", pair: push.pair, reason: "used" });
    else share.knocked(push);
  }

  #asked(push: Asked): void {
    const library = [...this.#libraries].find((each) => each.library === push.library);
    if (library === undefined) this.client.post({ t: "leave", pair: push.pair, reason: "used" });
    else library.asked(push);
  }

  #shareUnder(locator: string): SharedOffer | undefined {
    return [...this.#shares].findLast((share) => share.locator === locator);
  }
}

/** What cannot be offered at all, in the form in which it would have been. */
function failedShare(problem: Problem): Share {
  const summary = { files: 0, folders: 0, bytes: 0, title: "", text: false };
  const state = new Cell<ShareState>({ kind: "failed", problem });
  return { summary, state, receivers: new Cell<readonly Receiver[]>([]), limit: new Cell<number | null>(null), setLimit: () => undefined, stop: () => undefined };
}
