/** Puts the page together: one view at a time, with what stands around it. */

import type { Engine } from "../app/model.ts";
import { App, type Site, type Surroundings } from "./app.ts";
import { refusal } from "./parts/refusal.ts";
import { footer, header, otherActivities, sections } from "./chrome.ts";
import { fill, h } from "./dom.ts";
import { installFollowing } from "./following.ts";
import { installGatherer } from "./gather.ts";
import { installGuard } from "./guard.ts";
import { mark } from "./icons.ts";
import { installNotifier } from "./notifier.ts";
import { keepTyped } from "./parts/language_menu.ts";
import { installRecorder } from "./recorder.ts";
import { newVersion, unreachable } from "./remarks.ts";
import { installRinging } from "./ringing.ts";
import { followAddress } from "./router.ts";
import { focusFirst, Scope } from "./scope.ts";
import { viewOf } from "./table.ts";
import * as texts from "./texts.ts";
import { onLanguage } from "../words/languages.ts";
import { blockedView } from "./views/blocked.ts";
import type { Stage } from "./views/view.ts";

/** Shows the page in `body` and follows the engine for as long as the page lives; in another language it is drawn anew. */
export function mount(body: HTMLElement, engine: Engine, site: Site, around: Surroundings = {}): App {
  const app = new App(engine, site, around);
  const scope = new Scope();
  const title = new Title();
  followAddress(app, scope);
  let drawn = draw(app, body, title);
  onLanguage(() => {
    drawn.end();
    keepTyped(body, () => (drawn = draw(app, body, title)));
  });
  installGuard(app, scope, (percent) => title.show({ busy: percent }));
  installRecorder(app, scope);
  installFollowing(app, scope);
  installNotifier(app, scope);
  installRinging(app, scope);
  return app;
}

/** Draws everything; what it draws follows the app until the scope ends. */
function draw(app: App, body: HTMLElement, title: Title): Scope {
  const scope = new Scope();
  const before = app.said.value;
  const main = h("main", { id: "main", tabindex: -1 });
  const saying = h("p", { class: "visually-hidden", role: "status" });
  const above = [sections(app, scope), otherActivities(app, scope), refusal(app, scope), unreachable(app, scope), newVersion(app, scope)];
  fill(body, skipLink(main), header(app, scope), above, main, footer(app.site), saying);
  const gatherer = installGatherer(app, body, scope);
  showRoutes({ app, scope, gatherer }, main, (view) => title.show({ view }));
  let isOld = true; // what was said before is not said again
  scope.watch(app.said, (words) => {
    saying.textContent = isOld && words === before ? "" : words;
    isOld = false;
  });
  return scope;
}

/** The title of the page: the view, or how far all transfers are. */
class Title {
  #view = "";
  #busy: number | null = null;

  show({ view = this.#view, busy = this.#busy }: { readonly view?: string; readonly busy?: number | null }): void {
    this.#view = view;
    this.#busy = busy;
    const words = busy === null ? texts.app.title({ view }) : texts.app.titleBusy({ percent: busy });
    if (document.title !== words) document.title = words; // each change is a message to the browser
  }
}

/** Each new view gets the focus on its heading, except the first, which the person did not ask for. */
function showRoutes(stage: Stage, main: HTMLElement, named: (title: string) => void): void {
  let inner = new Scope();
  let first = true;
  stage.scope.defer(() => inner.end());
  stage.scope.watch(stage.app.route, (route) => {
    inner.end();
    inner = new Scope();
    const view = viewOf({ ...stage, scope: inner }, route);
    main.dataset["view"] = route.kind;
    fill(main, view.body);
    named(view.title);
    if (!first) {
      window.scrollTo(0, 0);
      focusFirst(main);
    }
    first = false;
  });
}

/** A button and not a link: a fragment in the address would be taken for a code. */
function skipLink(main: HTMLElement): HTMLElement {
  return h("button", { type: "button", class: "skip", onclick: () => main.focus() }, texts.app.skip);
}

/** Shows why the page cannot work, in place of everything else. */
export function mountBlocked(body: HTMLElement, kind: keyof typeof texts.obstacles, detail = ""): void {
  document.title = texts.app.title({ view: texts.obstacles[kind].title });
  const brand = h("p", { class: "brand" }, mark(), h("span", {}, texts.app.name));
  fill(body, h("header", { class: "top" }, brand), h("main", { id: "main" }, blockedView(kind, detail)));
}
