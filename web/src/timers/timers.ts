/**
 * Timers for everything that has to go on while the tab is hidden. Browsers wake a hidden page once a minute; the server
 * lets go of a peer that is silent for as long. Workers are not slowed down.
 */

/** To the worker: answer with `id` after `ms`. */
export interface SetTimer {
  readonly id: number;
  readonly ms: number;
}

/** Calls back after a time; gives a function that takes it back. */
export type Timer = (seconds: number, callback: () => void) => () => void;

/** The name that the build gave to the worker's script, beside this one. */
declare const TIMERS_WORKER: string;

/** Timers of a worker, or the page's own where no worker can be had. */
export function startTimers(): Timer {
  try {
    return workerTimers(new Worker(new URL(TIMERS_WORKER, import.meta.url)));
  } catch {
    return pageTimers;
  }
}

/** The page's own timers. */
export const pageTimers: Timer = (seconds, callback) => {
  const handle = setTimeout(callback, seconds * 1000);
  return () => clearTimeout(handle);
};

function workerTimers(worker: Worker): Timer {
  const waiting = new Map<number, () => void>();
  let last = 0;
  worker.onmessage = ({ data: id }: MessageEvent<number>) => {
    const callback = waiting.get(id);
    waiting.delete(id);
    callback?.();
  };
  return (seconds, callback) => {
    const id = (last += 1);
    waiting.set(id, callback);
    worker.postMessage({ id, ms: seconds * 1000 } satisfies SetTimer);
    return () => void waiting.delete(id);
  };
}
