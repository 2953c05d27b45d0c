/** What the worker of the shell keeps of the page, and which requests it answers; pure. */

/** Begins the names of its caches; after it stands the build. */
const CACHE = "byway-shell-";

/** Caches that are kept: of this build, and of the one before, whose pages may be open still and load a part of theirs later. */
const KEPT = 2;

/** Where a system hands over what a person shares with this page as an installed app (`share_target` of the manifest). */
export const SHARE = "/share";

/** What becomes of a request. */
export type Answer =
  /** The page: as the server has it, or as it was kept if there is no answer. */
  | "page"
  /** A part of the page: its name holds a hash of what is in it, so any that is kept is right. */
  | "part"
  /** Files that were shared with the page: they never get to the server. */
  | "share"
  /** Nothing of the shell's. */
  | "network";

export function answerTo(method: string, mode: string, address: string, origin: string): Answer {
  const url = new URL(address);
  if (url.origin !== origin) return "network";
  if (method === "POST") return url.pathname === SHARE ? "share" : "network";
  if (method !== "GET") return "network";
  if (mode === "navigate") return url.pathname === "/" ? "page" : "network";
  return url.pathname.startsWith("/assets/") ? "part" : "network";
}

export function cacheOf(build: string): string {
  return CACHE + build;
}

/** Caches to be dropped, of all names in the order in which they were made. */
export function outdated(names: readonly string[], build: string): readonly string[] {
  const ours = names.filter((name) => name.startsWith(CACHE));
  const before = ours.filter((name) => name !== cacheOf(build));
  return before.slice(0, Math.max(0, before.length - (KEPT - 1)));
}

/** Whether the page is of this build: between two builds the server may have another one already, and a mixture would not work. */
export function isOfBuild(page: string, entries: readonly string[]): boolean {
  return entries.every((entry) => page.includes(`"${entry}"`));
}
