/** Brings the worker of the shell into the browser, and knows when the server has a new build of the page. */

import { Cell } from "../app/cell.ts";
import type { Watchable } from "../app/model.ts";
import type { Shell } from "../app/shell_model.ts";
import type { Ask, Clicked, Told } from "./messages.ts";

/** How long the worker may take to tell its build, in milliseconds. */
const TELL_MS = 5000;

export class PageShell implements Shell {
  readonly #isNew = new Cell(false);
  readonly #main: string;
  #registration: ServiceWorkerRegistration | null = null;

  /** `main` is the path of the main script of this page, which tells its build. */
  constructor(main: string) {
    this.#main = main;
  }

  /** Whether a reload would bring another build than this page is of. */
  get isNew(): Watchable<boolean> {
    return this.#isNew;
  }

  /** Without a worker the page works, but not without its server. */
  async start(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => void this.#compare());
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      const { type, fragment } = data as Clicked;
      if (type === "clicked") location.hash = fragment;
    });
    this.#registration = await navigator.serviceWorker.register("/shell.js", { scope: "/" }).catch(() => null);
  }

  /** Looks for a new build: the server has been away, perhaps to get one. */
  look(): void {
    void this.#registration?.update().catch(() => undefined);
  }

  /** Shows a notice of the system that leads to `fragment` when it is clicked. */
  async notify(title: string, body: string, fragment: string): Promise<void> {
    await this.#registration?.showNotification(title, { body, data: fragment, tag: fragment, icon: document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "" });
  }

  async #compare(): Promise<void> {
    const told = await build(navigator.serviceWorker.controller);
    if (told !== null) this.#isNew.set(told !== this.#main);
  }
}

function build(worker: ServiceWorker | null): Promise<string | null> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Told>) => resolve(data.main);
    setTimeout(() => resolve(null), TELL_MS);
    worker?.postMessage({ type: "build" } satisfies Ask, [port2]);
  });
}
