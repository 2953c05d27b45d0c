/** What the core of the signaling client wants done. */

import type { Error as ErrorMessage, Welcome } from "../gen/signaling.ts";
import type { Bytes } from "../secure/encoding.ts";
import type { Push, Reply } from "./requests.ts";

export type Effect =
  | { readonly type: "send"; readonly text: string }
  /** Close the connection; the shell then calls `disconnected`. */
  | { readonly type: "hangup"; readonly code: number }
  /** Sign this, then call `signed`. */
  | { readonly type: "sign"; readonly statement: Bytes }
  /** Signed in. Unless `resumed`, all codes and pairs of before are gone. */
  | { readonly type: "ready"; readonly welcome: Welcome }
  /** The answer to a request, by its ticket. */
  | { readonly type: "answer"; readonly ticket: number; readonly reply: Reply }
  | { readonly type: "push"; readonly push: Push }
  /** Connect again after so many seconds. */
  | { readonly type: "retry"; readonly delay: number }
  /** Do not connect again; `code` is the close code that says why, null after `bye`; `refusal` is that of the error before it, if there was one. */
  | { readonly type: "over"; readonly code: number | null; readonly refusal: string | null };

/** The answer to whatever was asked in a session that could not be resumed. */
export const SESSION_LOST: ErrorMessage = { t: "error", code: "peer-gone", message: "The connection to the server was lost for too long.", retry: true };

/** For how many seconds a request is made again, and whether it keeps its place. */
export interface Insistence {
  readonly patience?: number;
  readonly ordered?: boolean;
}

/** The ticket of a request, and what is to be done now. */
export interface Requested {
  readonly ticket: number;
  readonly effects: readonly Effect[];
}
