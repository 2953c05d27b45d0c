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
