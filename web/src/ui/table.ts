/** The table of views: how each is shown, and its address. A view more is an entry here, one in address.ts, and a kind of `Route`. */

import { NOTHING } from "../directory/query.ts";
import type { Address } from "./address.ts";
import { activityOf, routeTo, type App, type Route } from "./app.ts";
import { browseView, shelfView } from "./views/browse.ts";
import { checkView } from "./views/check.ts";
import { contactsView } from "./views/contacts.ts";
import { draftView } from "./views/draft.ts";
import { fetchView } from "./views/fetch.ts";
import { findView } from "./views/find.ts";
import { homeView } from "./views/home.ts";
import { inviteView } from "./views/invite.ts";
import { libraryView } from "./views/library.ts";
import { receiveView } from "./views/receive.ts";
import { sendView } from "./views/send.ts";
import { shareView } from "./views/share.ts";
import { spaceView } from "./views/space.ts";
import { transfersView } from "./views/transfers.ts";
import type { Stage, View } from "./views/view.ts";

type Kind = Route["kind"];
type Of<K extends Kind> = Extract<Route, { readonly kind: K }>;

interface Entry<R> {
  show(stage: Stage, route: R): View;
  /** Where it is; null where the address is left as it came, until it is used or refused. */
  address(route: R, app: App): Address | null;
}

const TABLE: { readonly [K in Kind]: Entry<Of<K>> } = {
  home: { show: homeView, address: () => ({ name: "home" }) },
  send: { show: sendView, address: () => ({ name: "send" }) },
  draft: { show: (stage, { draft }) => draftView(stage, draft), address: () => ({ name: "send" }) },
  receive: { show: receiveView, address: () => ({ name: "receive" }) },
  invite: { show: (stage, { code }) => inviteView(stage, code), address: () => null },
  contacts: { show: contactsView, address: () => ({ name: "contacts" }) },
  find: { show: findView, address: (_, { query }) => ({ name: "find", query: query.value }) },
  browse: {
    show: (stage, { place }) => browseView(stage, place),
    address: ({ place: { library, path } }) => ({ name: "browse", peer: library.owner.id, library: library.name, path, space: library.space ?? null }),
  },
  shelf: { show: (stage, { shelf }) => shelfView(stage, shelf), address: ({ shelf }) => ({ name: "browse", ...shelf }) },
  library: { show: (stage, { activity, space }) => libraryView(stage, activity, space), address: () => ({ name: "library" }) },
  space: { show: (stage, { space }) => spaceView(stage, space), address: ({ space }) => ({ name: "space", space }) },
  transfers: { show: transfersView, address: () => ({ name: "transfers", number: null }) },
  share: { show: (stage, { activity }) => shareView(stage, activity), address: ({ activity }, app) => ({ name: "transfers", number: app.numberOf(activity) }) },
  fetch: { show: (stage, { activity }) => fetchView(stage, activity), address: ({ activity }, app) => ({ name: "transfers", number: app.numberOf(activity) }) },
  check: { show: checkView, address: () => ({ name: "check" }) },
};

export function viewOf(stage: Stage, route: Route): View {
  return (TABLE[route.kind] as Entry<Route>).show(stage, route);
}

export function addressOf(app: App, route: Route): Address | null {
  return (TABLE[route.kind] as Entry<Route>).address(route, app);
}

/** What is shown at an address now: what it named may be over. */
export function routeAt(app: App, address: Address): Route {
  switch (address.name) {
    case "code":
      return { kind: "invite", code: address.code };
    case "send":
      return app.draft === null ? { kind: "send" } : { kind: "draft", draft: app.draft };
    case "library":
      return { kind: "library", activity: app.library };
    case "space":
      return app.engine.spaces.list.value.includes(address.space) ? { kind: "space", space: address.space } : { kind: "contacts" };
    case "find":
      // The way to the search leads back to what was looked for.
      if (JSON.stringify(address.query) !== JSON.stringify(NOTHING)) app.query.set(address.query);
      return { kind: "find" };
    case "browse":
      return { kind: "shelf", shelf: { peer: address.peer, library: address.library, path: address.path, space: address.space } };
    case "transfers": {
      const activity = app.activity(address.number);
      return activity === null ? { kind: "transfers" } : routeTo(activity);
    }
    default:
      return { kind: address.name };
  }
}

/** Whether there is nothing to come back to: what is gathered was sent or thrown away, a code was used, a transfer was left. */
export function isPassed(app: App, route: Route): boolean {
  if (route.kind === "draft") return app.draft === null;
  const activity = activityOf(route);
  return route.kind === "invite" || route.kind === "shelf" || (activity !== null && !app.activities.value.includes(activity));
}
