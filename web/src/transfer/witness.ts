/**
 * Who sent what of a file that came from several sources: finds out who lied when its root does not match; pure. Twin of
 * pypeer/transfer/witness.py, which says why this is enough.
 */

import { type Bytes, sameBytes } from "../secure/encoding.ts";

/** Who sent a chunk, and what its hash was said to be. */
interface Said {
  readonly source: number;
  readonly hash: Bytes;
}

/** What was said of the chunks of a file. */
type Saying = ReadonlyMap<number, Said>;

const NOTHING: Saying = new Map();

/** Who is to blame, if that is known, and who is to be tried alone, if there is one. */
export interface Doubt {
  readonly liar: number | null;
  readonly alone: number | null;
}

/** Remembers senders and hashes of chunks, for files of which it was told. */
export class Witness {
  readonly #said = new Map<number, Map<number, Said>>();
  readonly #doubted = new Map<number, Saying>();
  readonly #alone = new Map<number, number>();
  readonly #without = new Map<number, Set<number>>();

  /** This source sent this chunk, and said that this is its hash. */
  note(file: number, chunk: number, source: number, hash: Bytes): void {
    const said = this.#said.get(file) ?? new Map<number, Said>();
    this.#said.set(file, said.set(chunk, { source, hash }));
  }

  /** Whether this file may be asked of this source: not if it has it no more, or another is tried alone. */
  may(source: number, file: number): boolean {
    return (this.#alone.get(file) ?? source) === source && !this.lacks(source, file);
  }

  /** Whether this source has this file no more. */
  lacks(source: number, file: number): boolean {
    return this.#without.get(file)?.has(source) === true;
  }

  /** This source does not have this file any more. */
  exclude(source: number, file: number): void {
    this.#without.set(file, (this.#without.get(file) ?? new Set<number>()).add(source));
    if (this.#alone.get(file) === source) this.#alone.delete(file);
  }

  /** Files that some source does not have any more. */
  get refused(): readonly number[] {
    return [...this.#without.keys()];
  }

  /** What was sent of this file is of no use any more. */
  drop(file: number): void {
    this.#said.delete(file);
  }

  /** Whether more than one source has sent chunks of this file. */
  isOfSeveral(file: number): boolean {
    return sourcesOf(this.#said.get(file) ?? NOTHING).length > 1;
  }

  /** The file did not match; sources for which `isUseless` holds are not tried. */
  doubt(file: number, isUseless: (source: number) => boolean): Doubt {
    const said = this.#said.get(file) ?? NOTHING;
    this.#said.delete(file);
    const doubted = this.#doubted.get(file) ?? said;
    this.#doubted.set(file, doubted);
    const sources = sourcesOf(said);
    const liar = sources.length === 1 ? (sources[0] as number) : null;
    const alone = sourcesOf(doubted).find((source) => source !== liar && !isUseless(source)) ?? null;
    if (alone !== null) this.#alone.set(file, alone);
    return { liar, alone };
  }

  /** Ask for this file of this source alone. */
  tryAlone(file: number, source: number): void {
    this.#alone.set(file, source);
  }

  /** The file matches: who had sent something else before. */
  believe(file: number): readonly number[] {
    const [said, doubted] = [this.#said, this.#doubted].map((each) => each.get(file) ?? NOTHING) as [Saying, Saying];
    for (const each of [this.#said, this.#doubted, this.#alone]) each.delete(file);
    const isOther = ([chunk, { hash }]: [number, Said]): boolean => !sameBytes(said.get(chunk)?.hash ?? hash, hash);
    return [...new Set([...doubted].filter(isOther).map(([, { source }]) => source))];
  }

  /** This source is gone: nothing waits for it alone. */
  forget(source: number): void {
    for (const [file, alone] of this.#alone) if (alone === source) this.#alone.delete(file);
  }
}

/** In ascending order. */
function sourcesOf(said: Saying): readonly number[] {
  return [...new Set([...said.values()].map(({ source }) => source))].toSorted((one, other) => one - other);
}
