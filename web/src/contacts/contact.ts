/** One who was met by a code, and what this page's person makes of it. Pure; times are as Date.now() has them. Twin of pypeer/contacts/contact.py. */

import { callToken } from "../secure/contact.ts";
import { type Bytes, sameBytes } from "../secure/encoding.ts";

/** What somebody may do here who was met by a code. */
export type Standing =
  /** Is known by name. We do not wait for its calls, so it does not learn when we are here. */
  | "met"
  /** A contact: may call, and our person is asked each time. */
  | "ask"
  /** May call, and what it sends is taken without asking. */
  | "always"
  /** May do nothing, though it is known. */
  | "blocked";

/** What our person does: makes it a contact, wants to be asked each time, takes everything of it, or blocks it. */
export type Change = "add" | "ask" | "allow" | "block";

/** Adding takes no block back: that is said by `ask` or `allow`, not by the way. */
export const TRANSITIONS: Readonly<Record<Standing, Readonly<Record<Change, Standing>>>> = {
  met: { add: "ask", ask: "ask", allow: "always", block: "blocked" },
  ask: { add: "ask", ask: "ask", allow: "always", block: "blocked" },
  always: { add: "always", ask: "ask", allow: "always", block: "blocked" },
  blocked: { add: "blocked", ask: "ask", allow: "always", block: "blocked" },
};

/** Those who may call, so that we wait for them. */
const MAY_CALL: ReadonlySet<Standing> = new Set(["ask", "always"]);

/** Somebody who was met by a code. */
export interface Contact {
  readonly id: string;
  /** Its public key, which it has proven. */
  readonly key: Bytes;
  /** Of the last meeting by a code. */
  readonly secret: Bytes;
  /** The secret that was good before the last meeting, until one of the two has called with the new one. */
  readonly before: Bytes | null;
  /** What our person calls it; no other contact is called so. */
  readonly name: string;
  readonly standing: Standing;
  /** When it was last met by a code. */
  readonly met: number;
  /** When it was last met at all. */
  readonly seen: number;
}

export function mayCall({ standing }: Pick<Contact, "standing">): boolean {
  return MAY_CALL.has(standing);
}

/** The secrets with which it may be called, or call, the newest first, with the token under which `waiting`, its key or ours, waits. */
export function tokensOf(contact: Contact, waiting: Bytes): readonly { readonly token: string; readonly secret: Bytes }[] {
  return secretsOf(contact).map((each) => ({ token: callToken(each, waiting), secret: each }));
}

/** The secrets that the other one may have, too, the newest first. */
export function secretsOf({ secret, before }: Pick<Contact, "secret" | "before">): readonly Bytes[] {
  return before === null ? [secret] : [secret, before];
}

/** After our person has done something. */
export function changed(contact: Contact, change: Change): Contact {
  return { ...contact, standing: TRANSITIONS[contact.standing][change] };
}

/** After another meeting by a code, of which the other side may have kept nothing. */
export function metAgain(contact: Contact, secret: Bytes, now: number): Contact {
  return { ...contact, secret, before: contact.before ?? contact.secret, met: now, seen: now };
}

/** After a call with this secret has come to a meeting: both have it, so no older one is needed. */
export function called(contact: Contact, secret: Bytes, now: number): Contact {
  return { ...contact, before: sameBytes(secret, contact.secret) ? null : contact.before, seen: now };
}
