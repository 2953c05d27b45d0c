/** When to try again: full jitter, so that thousands of peers do not come back in the same second. */

/** Bound of the first wait, in seconds: a blip heals before a person notices. */
const BASE_S = 0.5;

/** Bound of any wait, in seconds: half of the grace time in which a session can be resumed. */
const CAP_S = 30;

/** Seconds to wait after that many failures in a row (from 0), for a random number in [0, 1). */
export function delay(failures: number, random: number, notBefore = 0): number {
  return notBefore + random * Math.min(CAP_S, BASE_S * 2 ** failures);
}
