/** The state of the interface: where it is (one route), and what is going on (activities). No DOM. */

import type { Call, ContactInfo, Engine, LibraryOptions, Place, PublicItem, Share, ShareItem, ShareOptions, Target, Watchable } from "../app/model.ts";
import type { FoundFile } from "../directory/answers.ts";
import { wouldBeLost, type Activity, type FetchActivity, type LibraryActivity, type ShareActivity } from "./activity.ts";
import { Cell } from "../app/cell.ts";
import { Memory } from "../app/memory.ts";
import { NO_SHELL, type Shell } from "../app/shell_model.ts";
import { NOTHING, type Query } from "../directory/query.ts";
import { isLink } from "../spaces/space.ts";
import type { Shelf } from "./address.ts";
import { add, itemsOf, type Draft } from "./draft.ts";

/** Every view of the page (views are in table.ts). `activity` may go on while another view is shown. */
export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "send" }
  | { readonly kind: "receive" }
  | { readonly kind: "transfers" }
  | { readonly kind: "draft"; readonly draft: Draft }
  | { readonly kind: "invite"; readonly code: string }
  | { readonly kind: "check" }
  | { readonly kind: "contacts" }
  | { readonly kind: "find" }
  | { readonly kind: "browse"; readonly place: Place }
  /** A library of which only the address is known. */
  | { readonly kind: "shelf"; readonly shelf: Shelf }
  /** `space` is the one in which something is to be published, if that was said. */
  | { readonly kind: "library"; readonly activity: LibraryActivity | null; readonly space?: string }
  /** A sealed space, by its name: inviting others to it. */
  | { readonly kind: "space"; readonly space: string }
  | { readonly kind: "share"; readonly activity: ShareActivity }
  | { readonly kind: "fetch"; readonly activity: FetchActivity };

/** What the server put into the page for its interface. */
export interface Site {
  readonly version: string;
  /** Where the page comes from, as the address bar has it. */
  readonly host: string;
  /** The word list of codes, for completion. */
  readonly words: readonly string[];
}

/** What is around the page; without it nothing is remembered, and the page is only there while the server is. */
export interface Surroundings {
  readonly memory?: Memory;
  readonly shell?: Shell;
}

/** What views act upon. */
export class App {
  readonly #route = new Cell<Route>({ kind: "home" });
  readonly #activities = new Cell<readonly Activity[]>([]);
  readonly #said = new Cell("");
  readonly #numbers = new WeakMap<Activity, number>();
  #last = 0;
  #draft: Draft | null = null;
  /** For whom something is gathered: the id of a contact, if one was named. */
  #recipient: string | null = null;
  /** What is looked for, whether the search is on the screen or not. */
  readonly query = new Cell<Query>(NOTHING);
  readonly engine: Engine;
  readonly site: Site;

  readonly memory: Memory;

  readonly shell: Shell;

  constructor(engine: Engine, site: Site, { memory = new Memory(), shell = NO_SHELL }: Surroundings = {}) {
    this.engine = engine;
    this.memory = memory;
    this.shell = shell;
    this.site = site;
  }

  get route(): Watchable<Route> {
    return this.#route;
  }

  /** Everything that was started and not left. */
  get activities(): Watchable<readonly Activity[]> {
    return this.#activities;
  }

  /** What was last said to people who listen instead of look. */
  get said(): Watchable<string> {
    return this.#said;
  }

  /** Opens a view. What is over and has been seen is forgotten with its view; what still runs stays at hand. */
  go(route: Route): void {
    const left = activityOf(this.#route.value);
    if (left !== null && left !== activityOf(route) && !wouldBeLost(left)) this.#drop(left);
    if (route.kind === "draft") this.#draft = route.draft;
    this.#route.set(route);
  }

  say(words: string): void {
    if (words !== "") this.#said.set(words);
  }

  /** What was gathered to be sent, and neither sent nor thrown away. */
  get draft(): Draft | null {
    return this.#draft;
  }

  /** Adds to the draft, or begins one. A text gives way to files. */
  gather(items: readonly ShareItem[]): void {
    const groups = this.#draft?.kind === "files" ? this.#draft.groups : [];
    this.go({ kind: "draft", draft: { kind: "files", groups: add(groups, items) } });
  }

  /** The contact for whom something is gathered; null if none was named, or is not known any more. */
  get recipient(): ContactInfo | null {
    return this.engine.contacts.list.value.find(({ id }) => id === this.#recipient) ?? null;
  }

  /** What is gathered next is for this contact. */
  address(contact: ContactInfo): void {
    this.#recipient = contact.id;
  }

  /** Throws the draft away. */
  discard(): void {
    this.#forgetDraft();
    this.go({ kind: "home" });
  }

  /** Throws the engine's error, whose message is for the person, if this cannot be shared. */
  share(draft: Draft, options: ShareOptions): void {
    const { engine } = this;
    const share = draft.kind === "text" ? engine.shareText(draft.text, options) : engine.share(itemsOf(draft.groups), options);
    this.#forgetDraft();
    this.#limit(share);
    this.#begin({ kind: "share", share, again: () => this.share(draft, options) });
  }

  /** Calls a contact, and sends it. Throws the engine's error, whose message is for the person, if this cannot be sent. */
  sendTo(to: ContactInfo, draft: Draft): void {
    const { contacts } = this.engine;
    const share = draft.kind === "text" ? contacts.sendText(to.id, draft.text) : contacts.send(to.id, itemsOf(draft.groups));
    this.#forgetDraft();
    this.#begin({ kind: "share", share, to, again: () => this.sendTo(to, draft), withCode: () => this.go({ kind: "draft", draft }) });
  }

  /** A contact calls, and the person has answered, or a rule; `target` is where it goes, if that is chosen. `isShown` opens its view. */
  receive(call: Call, target: Target | null, isShown: boolean): void {
    const { contact: caller, fetch } = call;
    this.engine.contacts.answered(call);
    const activity: FetchActivity = { kind: "fetch", code: "", isFound: false, caller, target, fetch, again: () => this.go({ kind: "contacts" }) };
    if (isShown) this.#begin(activity);
    else this.#activities.set([...this.#activities.value, activity]);
  }

  /** What a code leads to, or a link to a sealed space. Throws the engine's CodeProblem if the text can be neither. */
  fetch(code: string): void {
    if (isLink(code)) return this.#open(code);
    this.#begin({ kind: "fetch", code, isFound: false, fetch: this.engine.fetch(code), again: () => this.fetch(code) });
  }

  /** Asks whether to become a member. */
  #open(link: string): void {
    this.engine.spaces.read(link);
    this.go({ kind: "invite", code: link });
  }

  /** Looks into a sealed space: what was looked for elsewhere is not looked for there. */
  enter(space: string): void {
    this.query.set({ ...NOTHING, space });
    this.go({ kind: "find" });
  }

  /** A file that was found, from all who have it. */
  fetchFile(file: FoundFile): void {
    this.#begin({ kind: "fetch", code: "", isFound: true, file, fetch: this.engine.directory.fetchFile(file), again: () => this.fetchFile(file) });
  }

  /** All that is in a folder of a library. */
  fetchFolder(place: Place): void {
    this.#begin({ kind: "fetch", code: "", isFound: true, library: place.library, fetch: this.engine.directory.fetchFolder(place), again: () => this.fetchFolder(place) });
  }

  /** Publishes files at the server; the paths are those in the library. */
  publish(files: readonly PublicItem[], options: LibraryOptions, folder: FileSystemDirectoryHandle | null = null): void {
    this.#begin({ kind: "library", library: this.engine.publish(files, options), folder, again: () => this.publish(files, options, folder) });
  }

  /** The folder that is published, if there is one. */
  get library(): LibraryActivity | null {
    return this.#activities.value.find((each) => each.kind === "library") ?? null;
  }

  /** Tells an activity from all others of this page; from 1. */
  numberOf(activity: Activity): number {
    const number = this.#numbers.get(activity) ?? (this.#last += 1);
    this.#numbers.set(activity, number);
    return number;
  }

  /** The activity of this number, if it was not left. */
  activity(number: number | null): Activity | null {
    return this.#activities.value.find((each) => this.numberOf(each) === number) ?? null;
  }

  /** Leaves what the person has just refused or stopped, whether it has come to its end or not. */
  abandon(activity: Activity): void {
    this.#drop(activity);
    this.go({ kind: "home" });
  }

  /** What was last chosen holds for the next, too. */
  #limit(share: Share): void {
    const { sendLimit } = this.memory.settings.value;
    if (sendLimit !== null) share.setLimit(sendLimit);
    share.limit.watch((limit) => {
      if (limit !== this.memory.settings.value.sendLimit) this.memory.change({ sendLimit: limit });
    });
  }

  #forgetDraft(): void {
    this.#draft = null;
    this.#recipient = null;
  }

  #begin(activity: Activity): void {
    this.#activities.set([...this.#activities.value, activity]);
    this.go(routeTo(activity));
  }

  #drop(activity: Activity): void {
    this.#activities.set(this.#activities.value.filter((each) => each !== activity));
  }
}

/** The view of an activity. */
export function routeTo(activity: Activity): Route {
  switch (activity.kind) {
    case "share":
      return { kind: "share", activity };
    case "fetch":
      return { kind: "fetch", activity };
    case "library":
      return { kind: "library", activity };
  }
}

/** The activity that a view shows, if it shows one. */
export function activityOf(route: Route): Activity | null {
  return route.kind === "share" || route.kind === "fetch" || route.kind === "library" ? route.activity : null;
}
