/**
 * The worker of the page's shell: keeps the page of this build, so that it opens without the server, and takes what is shared with
 * it as an installed app. Downloads have a worker of their own (src/sw): what that one knows is in its memory, and must not go when
 * this one is replaced by a new build; and whatever happens to this one, downloads go on.
 */

import { openDatabase } from "../app/database.ts";
import type { Ask, Clicked, Told } from "./messages.ts";
import { answerTo, cacheOf, isOfBuild, outdated } from "./plan.ts";

declare const self: ServiceWorkerGlobalScope;

/** The hash of all names, these names as paths, and those that the page itself names; put in by the build. */
declare const SHELL_BUILD: string;
declare const SHELL_PARTS: readonly string[];
declare const SHELL_ENTRIES: readonly string[];

/** How long the server may take to give the page, in milliseconds, before the one that is kept is shown: as long as a person waits without wondering. */
const PAGE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
  void self.skipWaiting(); // parts have hashes in their names, so pages of the build before go on with theirs
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const answer = answerTo(method, mode, url, self.location.origin);
  if (answer === "page") event.respondWith(page(event.request));
  if (answer === "part") event.respondWith(part(event.request));
  if (answer === "share") event.respondWith(take(event.request));
});

self.addEventListener("message", (event) => {
  if ((event.data as Ask).type === "build") event.ports[0]?.postMessage({ main: SHELL_ENTRIES[0] ?? "" } satisfies Told);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(String(event.notification.data ?? "")));
});

async function keep(): Promise<void> {
  const cache = await caches.open(cacheOf(SHELL_BUILD));
  const found = await fetch("/", { cache: "no-cache" });
  if (!found.ok || !isOfBuild(await found.clone().text(), SHELL_ENTRIES)) throw new Error("the server has another build by now");
  await cache.addAll(SHELL_PARTS);
  await cache.put("/", found);
}

async function begin(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), SHELL_BUILD).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** What the server has, so that a new build is taken at once; what is kept if it does not answer, or a proxy answers in its place. */
async function page(request: Request): Promise<Response> {
  const fresh = fetch(request).then((response) => (response.status >= 500 ? null : response), () => null);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PAGE_MS));
  const first = await Promise.race([fresh, late]);
  return first ?? (await kept("/")) ?? (await fresh) ?? Response.error();
}

async function part(request: Request): Promise<Response> {
  return (await kept(request.url)) ?? fetch(request);
}

/** Of this build, or of the one before. */
async function kept(address: string): Promise<Response | undefined> {
  const cache = await caches.open(cacheOf(SHELL_BUILD));
  return (await cache.match(address)) ?? (address === "/" ? undefined : caches.match(address));
}

/** Keeps what was shared until the page takes it; it does not get to the server. */
async function take(request: Request): Promise<Response> {
  const form = await request.formData();
  const files = form.getAll("files").filter((each) => each instanceof File);
  const text = ["title", "text", "url"].map((name) => form.get(name)).filter((each) => typeof each === "string" && each !== "").join("\n");
  const database = await openDatabase();
  await database?.add("shared", { key: crypto.randomUUID(), files, text });
  return Response.redirect("/#send", 303);
}

/** Brings the page to the front, and to what a notice is about. */
async function show(fragment: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  const [open] = pages;
  if (open === undefined) return void (await self.clients.openWindow(`/${fragment}`));
  await open.focus();
  open.postMessage({ type: "clicked", fragment } satisfies Clicked);
}
