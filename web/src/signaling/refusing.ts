/** What the server refuses, in words for the person: what happened, and what to do. Pure. */

import { PeerError } from "../errors.ts";
import type { Error as ErrorMessage, ErrorCode } from "../gen/signaling.ts";
import { CLOSE_CODES } from "../gen/signaling_constants.ts";

const OTHER_VERSION = "This page is older or newer than its server. Reload it.";
const SIGN_IN = "The server did not accept this page's sign-in. Open the page at the address that the server is known by.";

/** By the code of the `error`. */
export const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  "unknown-locator": "Nobody is waiting under this code: it is mistyped, expired or used up, or its sender has gone.",
  "sender-away": "The other side has lost its connection, and may be back in a moment.",
  "locator-taken": "This code belongs to somebody else. Get a new one.",
  "bad-delegation": "Nobody may serve this for its owner any more: what was signed for that is over, or is for somebody else.",
  "too-many": "That is more than this server takes.",
  "unknown-library": "This library is not there any more. Search again.",
  "no-directory": "This server keeps no directory.",
  "not-here": "Whoever is called is not here, or does not wait for you.",
  "unknown-pair": "The other side has left already. Try again.",
  "peer-gone": "The other side has gone. Try again.",
  "rate-limited": "That was too much in a short time. Wait a moment, and try again.",
  "bad-message": "The server cannot do that.",
  "unknown-type": "This server does not know what this page asks of it. Whoever runs it can update it.",
  "out-of-order": "The page and its server have lost count of each other. Reload the page.",
  "bad-signature": SIGN_IN,
  "wrong-host": SIGN_IN,
  "access-word": "This server is private. Ask whoever runs it for its access word.",
  "not-admitted": "Whoever runs this server does not admit you. Ask them, and tell them your id.",
  "taken-down": "Whoever runs this server has taken down what you publish. Ask them.",
  "unsupported-version": OTHER_VERSION,
  draining: "The server restarts. Come back in a moment.",
  internal: "The server failed at this. Try again.",
};

/** Codes of many causes: what the server says of its own is told, too. */
const MANY_CAUSES: ReadonlySet<ErrorCode> = new Set(["too-many", "rate-limited", "bad-message"]);

/** The error for a refusal. */
export function explain({ code, message, retry = false, wait = null }: ErrorMessage): PeerError {
  const detail = MANY_CAUSES.has(code) && message !== "" ? ` (${message})` : "";
  return new PeerError(code, SENTENCES[code] + detail, retry || code === "unknown-locator", wait ?? null);
}

/** Why a sign-in is refused, where that is for its person to mend. */
export type Refusal = "access-word" | "not-admitted" | "other";

/** For the person to mend, or not. */
export function refusalOf(code: string | null): Refusal {
  return code === "access-word" || code === "not-admitted" ? code : "other";
}

const CLOSES: Readonly<Record<number, string>> = {
  [CLOSE_CODES.VERSION.code]: OTHER_VERSION,
  [CLOSE_CODES.SIGN_IN.code]: SIGN_IN,
  [CLOSE_CODES.REPLACED.code]: "This browser has too many pages of this server open. Close some, and reload this one.",
  [CLOSE_CODES.SIGN_IN_TIMEOUT.code]: "The sign-in took too long. Reload the page.",
};

/** Why the server has closed the connection for good, with this code of WebSocket, after this refusal. */
export function closing(code: number, refused: string | null): string {
  const refusal = refusalOf(refused);
  if (refusal !== "other") return SENTENCES[refusal];
  return CLOSES[code] ?? `The server closed the connection for good (code ${code}). Reload the page.`;
}
