/**
 * How two peers that share a code come to trust a channel through a server that neither of them trusts
 * (docs/protocol.md, "Meeting"). Twin of pypeer/secure/meeting.py.
 *
 * A machine for one pair, without I/O: bodies in, effects out. A knocked, B opened the code:
 *
 *     A: pake            →  B: pake
 *     A: confirm         →  B checks it: wrong words end here, and B has proven nothing
 *     A checks it        ←  B: confirm, sealed meet
 *     A: sealed meet     →  B: open, both ways
 *
 * WebCrypto answers later, so each input waits for the one before it.
 */

import { isSealedMessage } from "../gen/validators.js";
import type { Meet, SealedMessage } from "../gen/peer.ts";
import { REFUSAL_CODES, VERSION } from "../gen/peer_constants.ts";
import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "./encoding.ts";
import { type Identity, verify } from "./identity.ts";
import { confirmation, confirms, derive, meetStatement, type PairKeys } from "./keys.ts";
import { otherRole, Pake, type Role } from "./pake.ts";
import { Opener, Sealer } from "./seal.ts";

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** What a side is waiting for. */
export type State = "pake" | "confirm" | "meet" | "open" | "ended";

/** First byte of a body. */
const KINDS = { 1: "pake", 2: "confirm", 3: "sealed", 4: "refusal" } as const;
const KIND_BYTES = { pake: 1, confirm: 2, sealed: 3, refusal: 4 } as const;
type Kind = keyof typeof KIND_BYTES;

/** Everything a side may receive, and where it leads; whatever is not here ends the meeting as broken. */
export const TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Kind, State>>>>> = {
  pake: { pake: "confirm", refusal: "ended" },
  confirm: { confirm: "meet", refusal: "ended" },
  meet: { sealed: "open", refusal: "ended" },
  open: { sealed: "open", refusal: "ended" },
  ended: {},
};

export type Effect =
  /** Pass this body to the other member of the pair. */
  | { readonly type: "send"; readonly body: Bytes }
  /** Both sides have proven the code and their identities. */
  | { readonly type: "opened"; readonly meet: Meet }
  | { readonly type: "received"; readonly message: SealedMessage }
  /** The other side (role A) guessed wrong; the caller counts, and answers with `refuse`. */
  | { readonly type: "wrong-words" }
  /** The meeting failed or was refused; `left` attempts remain, as far as the other side says. */
  | { readonly type: "ended"; readonly refusal: RefusalCode; readonly left: number | null };

/**
 * What a meeting starts from. `peerKey` is the key that the server named, `code` the text of the code, or what stands for one where
 * a library is asked, `name` what this peer calls itself, `caps` what it can do.
 */
export interface MeetingOptions {
  readonly role: Role;
  readonly identity: Identity;
  readonly peerKey: Bytes;
  readonly code: string;
  readonly client: string;
  readonly name: string;
  readonly caps?: readonly string[];
  readonly random: (count: number) => Bytes;
}

/** A body that does not belong here. */
class BrokenError extends Error {}

interface Secrets {
  readonly keys: PairKeys;
  readonly transcript: Bytes;
  readonly sealer: Sealer;
  readonly opener: Opener;
}

/** One side of one pair. */
export class Meeting {
  readonly role: Role;
  readonly #options: MeetingOptions;
  readonly #pake: Pake;
  #state: State = "pake";
  #secrets: Secrets | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MeetingOptions) {
    this.role = options.role;
    this.#options = options;
    this.#pake = new Pake(options.role, options.code, options.random);
  }

  get state(): State {
    return this.#state;
  }

  /** What other keys of this pair are bound to: a secret of the two; null unless the meeting is open. */
  get bind(): Bytes | null {
    return this.#state === "open" ? this.#known.keys.bind : null;
  }

  /** What to send first: role A speaks first. */
  start(): readonly Effect[] {
    return this.role === "A" ? [send("pake", this.#pake.message)] : [];
  }

  /** Handles a body from the server; never throws for what is in it. */
  receive(body: Bytes): Promise<readonly Effect[]> {
    return this.#inTurn(() => this.#receive(body));
  }

  /** Seals a message; nothing unless the meeting is open. */
  seal(message: SealedMessage): Promise<readonly Effect[]> {
    return this.#inTurn(async () => (this.#state === "open" ? [await this.#seal(message)] : []));
  }

  /** Ends the meeting with a reason that the other side may show. */
  refuse(refusal: RefusalCode, left = 0): readonly Effect[] {
    this.#state = "ended";
    return [refusalBody(refusal, left)];
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result;
    return result;
  }

  async #receive(body: Bytes): Promise<readonly Effect[]> {
    if (this.#state === "ended") return [];
    try {
      const kind = KINDS[body[0] as keyof typeof KINDS] as Kind | undefined;
      const before = this.#state;
      const after = kind && TRANSITIONS[before][kind];
      if (kind === undefined || after === undefined) throw new BrokenError();
      this.#state = after;
      return await this.#handle(before, kind, body.slice(1));
    } catch {
      return [...this.refuse("broken"), { type: "ended", refusal: "broken", left: null }];
    }
  }

  async #handle(before: State, kind: Kind, rest: Bytes): Promise<readonly Effect[]> {
    switch (kind) {
      case "pake":
        return this.#onPake(rest);
      case "confirm":
        return this.#onConfirm(rest);
      case "sealed":
        return this.#onSealed(before, rest);
      case "refusal":
        return onRefusal(rest);
    }
  }

  async #onPake(rest: Bytes): Promise<readonly Effect[]> {
    const { role } = this;
    const { identity, peerKey } = this.#options;
    const [idA, idB] = role === "A" ? [identity.key, peerKey] : [peerKey, identity.key];
    const key = this.#pake.finish(rest, idA, idB);
    if (key === null) throw new BrokenError();
    const keys = await derive(key);
    const transcript = role === "A" ? concat(this.#pake.message, rest) : concat(rest, this.#pake.message);
    this.#secrets = { keys, transcript, sealer: new Sealer(keys.seal[role], role), opener: new Opener(keys.seal[otherRole(role)], otherRole(role)) };
    return [role === "A" ? await this.#confirm() : send("pake", this.#pake.message)];
  }

  async #onConfirm(rest: Bytes): Promise<readonly Effect[]> {
    const { keys, transcript } = this.#known;
    if (rest.length !== keys.bind.length) throw new BrokenError();
    if (!(await confirms(keys, otherRole(this.role), transcript, rest))) {
      this.#state = "ended";
      return [this.role === "B" ? { type: "wrong-words" } : { type: "ended", refusal: "wrong-words", left: null }];
    }
    const meet = await this.#seal(await this.#meet());
    return this.role === "A" ? [meet] : [await this.#confirm(), meet];
  }

  async #onSealed(before: State, rest: Bytes): Promise<readonly Effect[]> {
    const { keys, opener } = this.#known;
    const message: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await opener.open(rest)));
    if (!isSealedMessage(message) || (message.t === "meet") !== (before === "meet")) throw new BrokenError();
    if (message.t !== "meet") return [{ type: "received", message }];
    const signature = fromBase64url(message.sig);
    const statement = meetStatement(keys, otherRole(this.role));
    if (signature === null || !(await verify(this.#options.peerKey, statement, signature))) throw new BrokenError();
    return [{ type: "opened", meet: message }];
  }

  async #confirm(): Promise<Effect> {
    const { keys, transcript } = this.#known;
    return send("confirm", await confirmation(keys, this.role, transcript));
  }

  async #meet(): Promise<Meet> {
    const { identity, client, name, caps = [] } = this.#options;
    const signature = await identity.sign(meetStatement(this.#known.keys, this.role));
    const meet: Meet = { t: "meet", v: VERSION, client, sig: toBase64url(signature) };
    return { ...meet, ...(name === "" ? {} : { name }), ...(caps.length === 0 ? {} : { caps: [...caps] }) };
  }

  async #seal(message: SealedMessage): Promise<Effect> {
    return send("sealed", await this.#known.sealer.seal(utf8(JSON.stringify(message))));
  }

  /** The table lets nothing in that needs them before they are there. */
  get #known(): Secrets {
    return this.#secrets as Secrets;
  }
}

function onRefusal(rest: Bytes): readonly Effect[] {
  const [word = "", left] = new TextDecoder().decode(rest).split(" ");
  const refusal = REFUSAL_CODES.find((code) => code === word);
  if (refusal === undefined || (left !== undefined && !/^[0-9]{1,3}$/.test(left))) throw new BrokenError();
  return [{ type: "ended", refusal, left: left === undefined ? null : Number(left) }];
}

function send(kind: Kind, rest: Bytes): Effect {
  return { type: "send", body: concat(Uint8Array.of(KIND_BYTES[kind]), rest) };
}

function refusalBody(refusal: RefusalCode, left: number): Effect {
  return send("refusal", utf8(`${refusal} ${left}`));
}
