/** Seconds of a clock that only goes forward: for how long something took, or may take. */
export function now(): number {
  return performance.now() / 1000;
}
