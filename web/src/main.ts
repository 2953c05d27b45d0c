/** Starts the page: the interface over the engine, or what stands in the way. */

import { openDatabase } from "./app/database.ts";
import { createEngine } from "./app/engine.ts";
import { loadIdentity } from "./app/keystore.ts";
import { loadMemory } from "./app/memory_store.ts";
import { words } from "./gen/words.ts";
import { mount, mountBlocked } from "./ui/shell.ts";
import { findObstacle } from "./ui/support.ts";
import { speakAsWished } from "./words/languages.ts";

async function start(): Promise<void> {
  await speakAsWished();
  const obstacle = await findObstacle(window);
  if (obstacle !== null) return mountBlocked(document.body, obstacle);
  const version = document.querySelector<HTMLMetaElement>("meta[name=byway-version]")?.content ?? "";
  const database = await openDatabase();
  const [identity, memory] = await Promise.all([loadIdentity(database), loadMemory(database)]);
  const engine = createEngine({ page: location.href, identity, name: memory.settings.value.name });
  mount(document.body, engine, { version, host: location.host, words }, memory);
}

start().catch((error: unknown) => mountBlocked(document.body, "start", error instanceof Error ? error.message : String(error)));
