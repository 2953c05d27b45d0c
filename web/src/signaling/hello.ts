/** The first message of a client: who it is, and what proves that (docs/protocol.md, "Signing in"). */

import type { Hello } from "../gen/signaling.ts";
import { VERSION } from "../gen/signaling_constants.ts";
import { accessProof } from "../secure/access.ts";
import { type Bytes, concat, toBase64url, utf8 } from "../secure/encoding.ts";

/** Keeps the signature from being used for anything else. */
const SIGN_IN_CONTEXT = utf8("byway sign-in v1\n");

/** The peer that signs in: its public key, the host it dialled, and a label for the server's logs. */
export interface Who {
  readonly key: Bytes;
  readonly host: string;
  readonly label: string;
}

/** What the identity of the page signs. */
export function statementOf(nonce: Bytes, host: string): Bytes {
  return concat(SIGN_IN_CONTEXT, nonce, utf8(host));
}

/** The message; `access` is the access word of the server, empty if the person has said none. */
export function hello({ key, host, label }: Who, nonce: Bytes, signature: Bytes, access: string, resume: Hello["resume"] | null): Hello {
  return {
    t: "hello",
    v: VERSION,
    client: label,
    key: toBase64url(key),
    host,
    sig: toBase64url(signature),
    ...(resume ? { resume } : {}),
    ...(access === "" ? {} : { access: accessProof(access, { nonce, key, host }) }),
  };
}
