/** The state of the interface: where it is (one route), and what is going on (activities). No DOM. */

import type { Engine, ShareItem, ShareOptions, Watchable } from "../app/model.ts";
import { wouldBeLost, type Activity, type FetchActivity, type ShareActivity } from "./activity.ts";
import { Cell } from "./cell.ts";
import { add, itemsOf, type Draft } from "./draft.ts";

/** Every view of the page. `activity` may go on while another view is shown. */
export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "draft"; readonly draft: Draft }
  | { readonly kind: "invite"; readonly code: string }
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

/** What views act upon. */
export class App {
  readonly #route = new Cell<Route>({ kind: "home" });
  readonly #activities = new Cell<readonly Activity[]>([]);
  readonly #said = new Cell("");
  readonly engine: Engine;
  readonly site: Site;

  constructor(engine: Engine, site: Site) {
    this.engine = engine;
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

  go(route: Route): void {
    this.#route.set(route);
  }

  say(words: string): void {
    if (words !== "") this.#said.set(words);
  }

  /** Adds to the draft that is open, or opens one. A text gives way to files. */
  gather(items: readonly ShareItem[]): void {
    const route = this.#route.value;
    const groups = route.kind === "draft" && route.draft.kind === "files" ? route.draft.groups : [];
    this.go({ kind: "draft", draft: { kind: "files", groups: add(groups, items) } });
  }

  share(draft: Draft, options: ShareOptions, instead?: Activity): void {
    const { engine } = this;
    const share = draft.kind === "text" ? engine.shareText(draft.text, options) : engine.share(itemsOf(draft.groups), options);
    const activity: ShareActivity = { kind: "share", share, again: () => this.share(draft, options, activity) };
    this.#begin(activity, instead);
  }

  /** Throws the engine's CodeProblem if the text cannot be a code. */
  fetch(code: string, instead?: Activity): void {
    const activity: FetchActivity = { kind: "fetch", fetch: this.engine.fetch(code), again: () => this.fetch(code, activity) };
    this.#begin(activity, instead);
  }

  /** Goes to the start page; what is over is forgotten, what still runs is kept at hand. */
  leave(activity: Activity): void {
    if (wouldBeLost(activity)) this.go({ kind: "home" });
    else this.forget(activity);
  }

  /** For what the person has just refused or stopped. */
  forget(activity: Activity): void {
    this.#activities.set(this.#activities.value.filter((each) => each !== activity));
    this.go({ kind: "home" });
  }

  #begin(activity: Activity, instead: Activity | undefined): void {
    const kept = this.#activities.value.filter((each) => each !== instead || wouldBeLost(each));
    this.#activities.set([...kept, activity]);
    this.go(routeTo(activity));
  }
}

/** The view of an activity. */
export function routeTo(activity: Activity): Route {
  return activity.kind === "share" ? { kind: "share", activity } : { kind: "fetch", activity };
}
