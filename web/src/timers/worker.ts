/** Timers that run on time in a hidden tab, where those of a page may wait for a minute: the worker of timers.ts. */

import type { SetTimer } from "./timers.ts";

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = ({ data }: MessageEvent<SetTimer>) => {
  setTimeout(() => self.postMessage(data.id), data.ms);
};
