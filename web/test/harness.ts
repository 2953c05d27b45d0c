/** Mounts the interface with a fake engine: `?scene=NAME` opens that scene. Not part of the page that is shipped. */

import type { App } from "../src/ui/app.ts";
import { mount, mountBlocked } from "../src/ui/shell.ts";
import { obstacles } from "../src/ui/texts.ts";
import { memoryOf } from "./scenes_memory.ts";
import { FakeEngine } from "./fake_engine.ts";
import { place, scenes } from "./scenes.ts";
import { words } from "../src/gen/words.ts";
import { speakAsWished } from "../src/words/languages.ts";

declare global {
  interface Window {
    byway: { readonly app: App; readonly engine: FakeEngine; readonly scenes: readonly string[] };
  }
}

const name = new URLSearchParams(location.search).get("scene") ?? "home";
const scene = scenes[name];
if (scene === undefined) throw new Error(`no scene ${name}`);
const view = name.split("-")[0];
const file = (path: string, size: number): { path: string; file: File } => ({ path, file: new File([new Uint8Array(size)], path.split("/").at(-1) ?? path) });

function open(app: App): void {
  switch (name) {
    case "draft-files":
      app.gather([file("Holiday/beach.mov", 240_000), file("Holiday/map.pdf", 91_000), file("report.pdf", 1_480_000), { path: "Empty", file: null }]);
      return;
    case "draft-text":
      return app.go({ kind: "draft", draft: { kind: "text", text: "The key is with the neighbour." } });
    case "invite":
      return app.go({ kind: "invite", code: "7-guitar-sunset" });
    case "invite-broken":
      return app.go({ kind: "invite", code: "7-guitar-sunsat" });
  }
  if (name === "send" || name === "receive") return app.go({ kind: name });
  if (name === "send-handed") return app.go({ kind: "send" });
  if (view === "transfers") return transfers(app);
  if (view === "browse") return app.go({ kind: "browse", place });
  if (name === "library-choose") return app.go({ kind: "library", activity: null });
  if (view === "library") return app.publish([file("beach.mov", 240_000), file("maps/map.pdf", 91_000)], { name: "Photos", description: "", asks: true, to: { kind: "everyone" } });
  if (view === "spaces") return spaces(app);
  if (view === "find") return find(app);
  if (view === "contacts") return contacts(app);
  if (view === "check") return app.go({ kind: "check" });
  if (view === "fetch") app.fetch("7-guitar-sunset");
  if (view !== "share") return;
  app.gather([file("Holiday/beach.mov", 240_000), file("Holiday/map.pdf", 91_000)]);
  const route = app.route.value;
  if (route.kind === "draft") app.share(route.draft, { once: false, expires: 3600 });
  if (name === "share-running") app.go({ kind: "home" });
}

function contacts(app: App): void {
  const [to] = app.engine.contacts.list.value;
  if (name === "contacts-none" || name === "contacts-list" || name === "contacts-called" || to === undefined) return app.go({ kind: "contacts" });
  app.address(to);
  app.gather([file("Holiday/beach.mov", 240_000), file("report.pdf", 1_480_000)]);
  if (name !== "contacts-draft" && app.draft !== null) app.sendTo(to, app.draft);
}

function spaces(app: App): void {
  switch (name) {
    case "spaces-find":
    case "spaces-nobody":
      return app.enter("Family");
    case "spaces-invite":
      app.go({ kind: "space", space: "Family" });
      return document.querySelector<HTMLElement>("main section .card .button.primary")?.click();
    case "spaces-library":
      return app.go({ kind: "library", activity: null, space: "Family" });
    case "spaces-published":
      return app.publish([file("beach.mov", 240_000), file("maps/map.pdf", 91_000)], { name: "Photos", description: "", asks: false, to: { kind: "space", space: "Family" } });
    case "spaces-contacts":
      return app.enter("contacts");
    case "spaces-browse":
      return app.go({ kind: "browse", place: { ...place, library: { ...place.library, space: "Family" } } });
    case "spaces-link":
    case "spaces-known":
      return app.fetch("byway-space:Family/key");
    case "spaces-invited":
      return app.fetch("7-guitar-sunset");
    default:
      return app.go({ kind: "contacts" });
  }
}

/** What is over, and, where the scene says so, what runs. */
function transfers(app: App): void {
  if (name === "transfers-running") {
    app.fetch("7-guitar-sunset");
    app.gather([file("Holiday/beach.mov", 240_000)]);
    if (app.draft !== null) app.share(app.draft, { once: false, expires: 3600 });
  }
  app.go({ kind: "transfers" });
}

/** The search, with something typed where something is found. */
function find(app: App): void {
  app.go({ kind: "find" });
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (field === null || !["hits", "alike", "nothing", "failed"].includes(name.split("-")[1] ?? "")) return;
  field.value = "harbour";
  field.dispatchEvent(new Event("input"));
}

await speakAsWished();
if (view === "blocked") mountBlocked(document.body, name.split("-")[1] as keyof typeof obstacles);
else {
  const engine = new FakeEngine(scene);
  const app = mount(document.body, engine, { version: "1.0.0", host: "byway.example", words }, { memory: memoryOf(name) });
  window.byway = { app, engine, scenes: Object.keys(scenes) };
  open(app);
}
