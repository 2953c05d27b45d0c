/** Looks again and again at a folder that is published, so that what changes in it is found as it is now. */

import { planOf } from "../directory/planning.ts";
import type { LibraryActivity } from "./activity.ts";
import type { App } from "./app.ts";
import { fromHandle } from "./collect.ts";
import { isReadable } from "./parts/folder_picker.ts";
import type { Scope } from "./scope.ts";

declare global {
  interface Window {
    /** Tells of changes at once (Chromium). */
    FileSystemObserver?: new (changed: () => void) => { observe(folder: FileSystemDirectoryHandle, options: { recursive: boolean }): Promise<void>; disconnect(): void };
  }
}

/** How long nothing may have changed before it is looked, in milliseconds: what is being written is not worth announcing yet. */
const SETTLED_MS = 2000;

/** How often it is looked where the browser tells of no changes, in milliseconds: what is published is looked for within minutes, not seconds. */
const LOOK_MS = 60_000;

/** At most this part of the time goes into looking, as with `pypeer share`. */
const SHARE = 0.1;

export function installFollowing(app: App, scope: Scope): void {
  const known = new WeakSet<LibraryActivity>();
  scope.watch(app.activities, (activities) => {
    for (const activity of activities) {
      if (activity.kind !== "library" || known.has(activity)) continue;
      known.add(activity);
      if (activity.folder !== null) new Following(activity, activity.folder, scope.child());
    }
  });
}

/** Follows one folder for as long as it is published. */
class Following {
  readonly #activity: LibraryActivity;
  readonly #folder: FileSystemDirectoryHandle;
  #isLooking = false;
  #notBefore = 0;
  #cancel: () => void = () => undefined;

  constructor(activity: LibraryActivity, folder: FileSystemDirectoryHandle, scope: Scope) {
    this.#activity = activity;
    this.#folder = folder;
    scope.listen(window, "focus", () => this.#soon(0));
    const timer = setInterval(() => this.#soon(0), LOOK_MS);
    const observer = this.#observe();
    scope.defer(() => {
      clearInterval(timer);
      observer?.disconnect();
      this.#cancel();
    });
    scope.watch(activity.library.state, ({ kind }) => {
      if (kind === "stopped" || kind === "failed") queueMicrotask(() => scope.end());
    });
  }

  #observe(): { disconnect(): void } | null {
    if (window.FileSystemObserver === undefined) return null;
    const observer = new window.FileSystemObserver(() => this.#soon(SETTLED_MS));
    void observer.observe(this.#folder, { recursive: true }).catch(() => undefined); // some folders cannot be observed
    return observer;
  }

  /** A look after so long, and not more often than is fair. */
  #soon(milliseconds: number): void {
    this.#cancel();
    const timer = setTimeout(() => void this.#look(), Math.max(milliseconds, this.#notBefore - performance.now()));
    this.#cancel = () => clearTimeout(timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking || !(await isReadable(this.#folder))) return;
    this.#isLooking = true;
    const begun = performance.now();
    const { items, unreadable } = await fromHandle(this.#folder, () => undefined);
    const ended = performance.now();
    this.#notBefore = ended + (ended - begun) / SHARE;
    this.#isLooking = false;
    // What cannot be read for a moment is not taken to be gone.
    if (unreadable === 0) this.#activity.library.update(planOf(items).files);
  }
}
