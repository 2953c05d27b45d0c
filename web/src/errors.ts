/** Errors whose message says to a person what happened and what to do. */

/** Root of them; `code` is stable, `retry` says whether trying again unchanged can help, `wait` after how many seconds, if that is known. */
export class PeerError extends Error {
  override readonly name: string = "PeerError";
  readonly code: string;
  readonly retry: boolean;
  readonly wait: number | null;

  constructor(code: string, message: string, retry = true, wait: number | null = null) {
    super(message);
    this.code = code;
    this.retry = retry;
    this.wait = wait;
  }
}

/** Whatever was thrown, with words for a person: what is no PeerError is a fault of this page. */
export function toPeerError(error: unknown): PeerError {
  if (error instanceof PeerError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new PeerError("internal", `This page failed (${why}). Reload it and try again.`);
}
