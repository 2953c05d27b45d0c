/** Starts the page: the interface over the engine, or what stands in the way. */

import { openDatabase, takeShared } from "./app/database.ts";
import { createEngine } from "./app/engine.ts";
import { loadContacts } from "./app/contact_store.ts";
import { loadHanded } from "./app/handed.ts";
import { loadIdentity } from "./app/keystore.ts";
import { loadSpaces, ownSpace } from "./app/space_store.ts";
import { loadMemory } from "./app/memory_store.ts";
import { words } from "./gen/words.ts";
import { PageShell } from "./shell/registering.ts";
import type { App } from "./ui/app.ts";
import { mount, mountBlocked } from "./ui/shell.ts";
import { findObstacle } from "./ui/support.ts";
import { speakAsWished } from "./words/languages.ts";

async function start(): Promise<void> {
  await speakAsWished();
  const obstacle = await findObstacle(window);
  if (obstacle !== null) return mountBlocked(document.body, obstacle);
  const version = document.querySelector<HTMLMetaElement>("meta[name=byway-version]")?.content ?? "";
  const database = await openDatabase();
  const [identity, memory, contacts, spaces, handed, shared] = await Promise.all([loadIdentity(database), loadMemory(database), loadContacts(database), loadSpaces(database), loadHanded(database), takeShared(database)]);
  const { name, reachable: isReachable, remember: isRemembering, access } = memory.settings.value;
  const engine = createEngine({ page: location.href, identity, name, contacts, spaces, ownSpace: ownSpace(database), handed, isReachable, isRemembering, access });
  const shell = new PageShell(new URL(import.meta.url).pathname);
  const app = mount(document.body, engine, { version, host: location.host, words }, { memory, shell });
  for (const each of shared) gather(app, each.files, each.text);
  await shell.start();
}

/** What another program handed over is looked at before it is sent; of a text and files, the files. */
function gather(app: App, files: readonly File[], text: string): void {
  if (files.length > 0) app.gather(files.map((file) => ({ path: file.name, file })));
  else if (text !== "") app.go({ kind: "draft", draft: { kind: "text", text } });
}

start().catch((error: unknown) => mountBlocked(document.body, "start", error instanceof Error ? error.message : String(error)));
