/**
 * Keeps the address bar and the back button in step with the route.
 *
 * The history has two levels: the start page, and one entry above it for whatever was opened from there, so Back leads to the
 * start page while transfers go on; from what was opened in the search it leads back to that. A code stands in the fragment only until it is used or refused; then it is removed, so
 * it is not passed on by accident with the address of the page, and does not stay in the history.
 */

import type { App } from "./app.ts";
import type { Scope } from "./scope.ts";

/** The page that checks the connection has an address of its own; it is no code, since those begin with a number. */
export const CHECK = "check";

/** So has the one that finds what others publish. */
export const FIND = "find";

/** And the one of what this page publishes. */
export const LIBRARY = "library";

/** Marks the upper level in `history.state`. */
const ABOVE = "byway-above";

/** Marks what was opened from the search: Back leads there. */
const BESIDE = "byway-beside";

/** Follows the address and the history for as long as `scope` lives. */
export function followAddress(app: App, scope: Scope): void {
  const arrive = (): void => {
    const code = codeIn(location.hash);
    if (code === CHECK) app.go({ kind: "check" });
    else if (code === FIND) app.go({ kind: "find" });
    else if (code === LIBRARY) app.go({ kind: "library", activity: app.library });
    else if (code !== null) app.go({ kind: "invite", code });
    else if (app.route.value.kind !== "home") app.go({ kind: "home" });
  };
  if (history.state === ABOVE || history.state === BESIDE) history.replaceState(null, "");
  scope.listen(window, "popstate", arrive);
  arrive();
  scope.watch(app.route, (route) => {
    if (route.kind === "invite" || route.kind === "check") return;
    const isAtSearch = codeIn(location.hash) === FIND;
    if (route.kind === FIND || route.kind === LIBRARY) {
      if (codeIn(location.hash) !== route.kind) history.pushState(null, "", `#${route.kind}`);
    } else if (isAtSearch && route.kind !== "home") history.pushState(BESIDE, "", location.pathname + location.search);
    else if (history.state === BESIDE) {
      if (route.kind === "home") history.replaceState(null, "");
    } else if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);
    else if (route.kind !== "home" && history.state !== ABOVE) history.pushState(ABOVE, "");
    else if (route.kind === "home" && history.state === ABOVE) history.back();
  });
}

/** The code in a fragment, as it stands if it is not well encoded; null if there is none. */
export function codeIn(fragment: string): string | null {
  const text = fragment.replace(/^#/, "");
  if (text === "") return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
