/**
 * SPAKE2 over the group Ed25519, as the Python package `spake2` has it (docs/protocol.md, "Meeting"; compare RFC 9382).
 *
 * Whoever listens or tampers learns nothing that would let them try words without the other side; who guesses has one
 * guess for each exchange.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, sameBytes, toHex, utf8 } from "./encoding.ts";

/** Side of a pair: A knocked (it receives), B had opened the code (it sends). */
export type Role = "A" | "B";

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

/** Elements whose discrete logarithm nobody knows: `arbitrary_element` of the seeds `M` and `N`. They blind the messages. */
const BLINDING: Readonly<Record<Role, Point>> = {
  A: Point.fromHex("15cfd18e385952982b6a8f8c7854963b58e34388c8e6dae891db756481a02312"),
  B: Point.fromHex("f04f2e7eb734b2a8f8b472eaf9c3c632576ac64aea650b496a8a20ff00e583c3"),
};

const PASSWORD_CONTEXT = "byway code v1\n";

/** Password scalar: 128 bits more than the order, so that the remainder is as good as uniform. */
const SCALAR_BYTES = 48;

/** Random scalar: as many bytes as the Python package takes. */
const ENTROPY_BYTES = 64;

/** A side byte and a point. */
export const PAKE_BYTES = 33;

/** The opposite side. */
export function otherRole(role: Role): Role {
  return role === "A" ? "B" : "A";
}

/** One side of the exchange: send `message`, then `finish` with the other's; for one use. */
export class Pake {
  readonly role: Role;
  readonly message: Bytes;
  readonly #password: Bytes;
  readonly #passwordScalar: bigint;
  readonly #scalar: bigint;

  constructor(role: Role, code: string, random: (count: number) => Bytes) {
    this.role = role;
    this.#password = utf8(PASSWORD_CONTEXT + code);
    this.#passwordScalar = scalar(hkdf(sha256, this.#password, undefined, utf8("SPAKE2 pw"), SCALAR_BYTES));
    this.#scalar = scalar(random(ENTROPY_BYTES));
    const point = Point.BASE.multiply(this.#scalar).add(BLINDING[role].multiply(this.#passwordScalar));
    this.message = concat(utf8(role), point.toBytes());
  }

  /** The shared key, 32 bytes, or null if the message is not one of the other side. `idA` and `idB` are the public keys of the two. */
  finish(message: Uint8Array, idA: Uint8Array, idB: Uint8Array): Bytes | null {
    const other = otherRole(this.role);
    const theirs = message.subarray(1);
    if (message.length !== PAKE_BYTES || !sameBytes(message.subarray(0, 1), utf8(other))) return null;
    const point = decode(theirs);
    if (point === null || sameBytes(theirs, this.message.subarray(1))) return null;
    const shared = point.subtract(BLINDING[other].multiply(this.#passwordScalar)).multiply(this.#scalar).toBytes();
    const ours = this.message.subarray(1);
    const [x, y] = this.role === "A" ? [ours, theirs] : [theirs, ours];
    return concat(sha256(concat(sha256(this.#password), sha256(idA), sha256(idB), x, y, shared)));
  }
}

/** A point of the prime-order subgroup; others would leak the password scalar modulo the cofactor. */
function decode(bytes: Uint8Array): Point | null {
  try {
    const point = Point.fromBytes(bytes);
    return point.is0() || !point.isTorsionFree() ? null : point;
  } catch {
    return null;
  }
}

function scalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`) % Point.Fn.ORDER;
}
