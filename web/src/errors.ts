/** Errors whose message says to a person what happened and what to do. */

/** Root of them; `code` is stable, `retry` says whether trying again unchanged can help. */
export class PeerError extends Error {
  override readonly name: string = "PeerError";
  readonly code: string;
  readonly retry: boolean;

  constructor(code: string, message: string, retry = true) {
    super(message);
    this.code = code;
    this.retry = retry;
  }
}
