/** Starts the page: the interface over the engine, or what stands in the way. */

import { createEngine } from "./app/engine.ts";
import { words } from "./gen/words.ts";
import { mount, mountBlocked } from "./ui/shell.ts";
import { findObstacle } from "./ui/support.ts";

async function start(): Promise<void> {
  const obstacle = await findObstacle(window);
  if (obstacle !== null) return mountBlocked(document.body, obstacle);
  const version = document.querySelector<HTMLMetaElement>("meta[name=byway-version]")?.content ?? "";
  mount(document.body, await createEngine({ page: location.href }), { version, host: location.host, words });
}

start().catch((error: unknown) => mountBlocked(document.body, "start", error instanceof Error ? error.message : String(error)));
