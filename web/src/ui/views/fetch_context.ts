/** What the views of one fetch share, from the offer to its end. */

import type { OfferInfo, Target } from "../../app/model.ts";
import type { FetchActivity } from "../activity.ts";
import type { App } from "../app.ts";
import type { Ticks } from "../parts/file_list.ts";

/** One fetch, and what its person has chosen. */
export interface Context {
  readonly app: App;
  readonly activity: FetchActivity;
  /** Where the files go, once that is chosen. It outlives the view, which is built anew when the person comes back. */
  target: Target | "look" | null;
  /** What was ticked of what was offered, if there was a choice. */
  ticks: Ticks | null;
}

/** One file is taken or not; of several, some may be wanted. */
export function isChoosable({ text, files, folders }: OfferInfo): boolean {
  return !text && files + folders > 1;
}

/** A download of several files, or of a folder, is one archive. */
export function placeOf(target: Target, what: OfferInfo | null): Target | "archive" {
  const isLone = what !== null && what.files + what.folders === 1 && what.entries[0]?.folder === false && !what.entries[0].path.includes("/");
  return target === "download" && !isLone ? "archive" : target;
}
