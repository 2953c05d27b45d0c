/**
 * Keeps the address bar and the history in step with the route: each view has an address (address.ts), Back and Forward lead
 * through what was seen, a reload comes back to it. What there is no coming back to is replaced in the history, a code above all:
 * it stands in the address only until it is used or refused, so that it is not passed on by accident with the address of the page.
 */

import { formatAddress, parseAddress } from "./address.ts";
import type { App, Route } from "./app.ts";
import type { Scope } from "./scope.ts";
import { addressOf, isPassed, routeAt } from "./table.ts";

/** How long a person is still before what they look for stands in the address, in milliseconds: browsers bound how often it changes (Safari: 100 times in 30 s). */
const TYPING_MS = 400;

/** Follows the address and the history for as long as `scope` lives. */
export function followAddress(app: App, scope: Scope): void {
  let isArriving = false;
  let before: Route | null = null;
  const arriving = (act: () => void): void => {
    isArriving = true;
    act();
    isArriving = false;
  };
  const arrive = (): void => arriving(() => app.go(routeAt(app, parseAddress(location.hash))));
  const follow = (route: Route): void => {
    const address = addressOf(app, route);
    const isReplaced = isArriving || (before !== null && isPassed(app, before));
    before = route;
    if (address !== null) show(formatAddress(address), isReplaced);
  };
  scope.listen(window, "popstate", arrive);
  arrive();
  arriving(() => scope.watch(app.route, follow));
  followTyping(app, scope);
  // A link makes an entry of its own in the history, above that of the code.
  scope.listen(document, "click", ({ target }) => {
    const isLink = (target as Element).closest?.("a[href^='#']") != null;
    if (isLink && app.route.value.kind === "invite") show("", true);
  });
}

function followTyping(app: App, scope: Scope): void {
  let cancel = (): void => undefined;
  scope.watch(app.query, () => {
    cancel();
    const timer = setTimeout(() => {
      const address = app.route.value.kind === "find" ? addressOf(app, app.route.value) : null;
      if (address !== null) show(formatAddress(address), true);
    }, TYPING_MS);
    cancel = () => clearTimeout(timer);
  });
}

function show(fragment: string, isReplaced: boolean): void {
  if (fragment === location.hash) return;
  const url = location.pathname + location.search + fragment;
  if (isReplaced) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
}
