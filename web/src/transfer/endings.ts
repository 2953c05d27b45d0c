/** How the end of a transfer is told to people: what happened, and what to do. */

import { PeerError } from "../errors.ts";
import type { EndCode } from "../gen/peer.ts";
import { printable } from "./names.ts";

/** By code. */
export const TEXTS: Readonly<Record<EndCode, string>> = {
  cancelled: "The other side cancelled the transfer.",
  declined: "The other side declined.",
  "file-changed": "The file changed while it was being sent. Send it again to get the new content.",
  "file-vanished": "The file was removed, or can no longer be read at the sender.",
  corrupt: "The data did not match its hash. Try again.",
  "no-space": "The receiver's disk is full. Free some space and fetch again.",
  unwritable: "The receiver cannot write there. Choose another place.",
  "bad-manifest": "The offer names files that cannot be. The other side is broken or hostile.",
  "too-many-entries": "The offer has too many files. Pack them into an archive first.",
  protocol: "The two programs do not understand each other. Update both.",
  "unsupported-version": "The two programs have no common version. Update the older one.",
  expired: "The offer is over. Ask for a new one.",
  internal: "The program at the other side failed. Try again.",
};

/** The same, to whoever is told of it by the other side. */
const THERE: Readonly<Record<EndCode, string>> = {
  ...TEXTS,
  "file-changed": "The file has changed at the one who serves it since it was offered. Ask its sender for it again.",
};

/** Trying again unchanged can help. */
const PASSING: ReadonlySet<EndCode> = new Set(["cancelled", "corrupt", "no-space", "internal"]);

/** The error for an end that the other side caused; its words are shown, but cannot deceive. */
export function fromPeer(code: EndCode, message: string): PeerError {
  const text = message === "" ? THERE[code] : `${THERE[code]} (${printable(message)})`;
  return new PeerError(code, text, PASSING.has(code));
}

/** The error for an end that this side caused. */
export function fromHere(code: EndCode, message: string): PeerError {
  return new PeerError(code, message, PASSING.has(code));
}
