/**
 * Addresses of the views, and what they mean; pure.
 *
 * All of an address stands behind `#`, which browsers do not send: neither a code, nor what is looked for, nor whose folders are
 * looked through gets into a request or a log, and whatever serves the page has one file to serve. A code begins with a number,
 * so no view is taken for one.
 */

import { NOTHING, type Query, type SizeRange, SIZES } from "../directory/query.ts";
import type { Kind } from "../gen/signaling.ts";
import { isLink } from "../spaces/space.ts";
import { KIND_ENDINGS } from "../gen/signaling_constants.ts";

/** Somebody's library; of one who has several, the one of this name. */
export interface Shelf {
  readonly peer: string;
  readonly library: string | null;
  readonly path: string;
  /** The sealed space that it is in, if it is in one. */
  readonly space: string | null;
}

/** Views whose name is all of their address. */
type Plain = "home" | "send" | "receive" | "library" | "contacts" | "check";

/** Where a person can be. */
export type Address =
  | { [N in Plain]: { readonly name: N } }[Plain]
  | { readonly name: "find"; readonly query: Query }
  | ({ readonly name: "browse" } & Shelf)
  | { readonly name: "space"; readonly space: string }
  /** All transfers, or the one of this number. */
  | { readonly name: "transfers"; readonly number: number | null }
  | { readonly name: "code"; readonly code: string };

type Name = Exclude<Address["name"], "code">;

/** How a view reads what follows `?` in its address, and writes it. */
interface Entry<A> {
  read(fields: URLSearchParams): A;
  write(address: A): Readonly<Record<string, string | null>>;
}

function plain<N extends Plain>(name: N): Entry<{ readonly name: N }> {
  return { read: () => ({ name }), write: () => ({}) };
}

const TABLE: { readonly [N in Name]: Entry<Extract<Address, { readonly name: N }>> } = {
  home: plain("home"),
  send: plain("send"),
  receive: plain("receive"),
  library: plain("library"),
  contacts: plain("contacts"),
  check: plain("check"),
  find: {
    read: (fields) => ({ name: "find", query: { text: fields.get("q") ?? "", kind: kindIn(fields.get("kind")), size: sizeIn(fields.get("size")), space: fields.get("space") } }),
    write: ({ query: { text, kind, size, space } }) => ({ q: text.trim(), kind, size: size === NOTHING.size ? null : size, space }),
  },
  browse: {
    read: (fields) => ({ name: "browse", peer: fields.get("peer") ?? "", library: fields.get("library"), path: fields.get("path") ?? "", space: fields.get("space") }),
    write: ({ peer, library, path, space }) => ({ peer, library, path, space }),
  },
  space: {
    read: (fields) => ({ name: "space", space: fields.get("space") ?? "" }),
    write: ({ space }) => ({ space }),
  },
  transfers: {
    read: (fields) => ({ name: "transfers", number: numberIn(fields.get("number")) }),
    write: ({ number }) => ({ number: number === null ? null : String(number) }),
  },
};

/** `byway:` and a peer is the address of something that is published, wherever it is written. */
const SCHEME = /^byway:/i;

/** What a fragment (with or without its `#`) names; whatever names no view may be a code. */
export function parseAddress(fragment: string): Address {
  const text = fragment.replace(/^#\/?/, "");
  if (text === "") return { name: "home" };
  const [, name = "", fields = ""] = /^([^?]*)\??(.*)$/s.exec(text) as RegExpExecArray;
  if (isName(name)) return TABLE[name].read(new URLSearchParams(fields));
  if (isLink(text)) return { name: "code", code: text };
  const whole = decoded(text);
  return SCHEME.test(whole) ? { name: "find", query: { ...NOTHING, text: whole } } : { name: "code", code: whole };
}

/** The fragment, with its `#`; empty for the start page. */
export function formatAddress(address: Address): string {
  if (address.name === "home") return "";
  if (address.name === "code") return `#${encodeURIComponent(address.code)}`;
  const { write } = TABLE[address.name] as Entry<Address>;
  const fields = Object.entries(write(address)).filter((field): field is [string, string] => field[1] !== null && field[1] !== "");
  return `#${address.name}${fields.length > 0 ? `?${new URLSearchParams(fields)}` : ""}`;
}

function isName(text: string): text is Name {
  return Object.hasOwn(TABLE, text);
}

/** As it stands if it is not well encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function kindIn(text: string | null): Kind | null {
  return text !== null && (text === "other" || Object.hasOwn(KIND_ENDINGS, text)) ? (text as Kind) : null;
}

function sizeIn(text: string | null): SizeRange {
  return text !== null && Object.hasOwn(SIZES, text) ? (text as SizeRange) : NOTHING.size;
}

function numberIn(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}
