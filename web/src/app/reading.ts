/**
 * Reads files of an offer. Where chunks are asked for one after another, several are read at once: a browser answers each
 * reading of a file from another process, which takes longer than the reading.
 */

import type { Bytes } from "../secure/encoding.ts";
import type { Lost } from "../transfer/effects.ts";
import { TEXTS } from "../transfer/endings.ts";

/** What is read at once, in bytes: eight of the smallest chunks, so that the round trips cost little. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** Pieces that are kept: as many receivers as may be at different places of what is offered, before each has its chunks read alone. */
const PIECES = 4;

/** A part of a file, and what is in it once it was read. */
interface Piece {
  readonly blob: Blob;
  readonly start: number;
  readonly stop: number;
  readonly data: Promise<Bytes | Lost>;
}

/** Keeps the pieces that were used last. */
export class Reading {
  #pieces: readonly Piece[] = [];

  /** These bytes, or why there are none. */
  async read(blob: Blob, start: number, length: number): Promise<Bytes | Lost> {
    const piece = this.#pieces.find((each) => each.blob === blob && each.start <= start && start + length <= each.stop) ?? this.#begin(blob, start, length);
    this.#pieces = [piece, ...this.#pieces.filter((each) => each !== piece)].slice(0, PIECES);
    const data = await piece.data;
    if (data instanceof Uint8Array) return data.subarray(start - piece.start, start - piece.start + length);
    this.#pieces = this.#pieces.filter((each) => each !== piece);
    return data;
  }

  /** More than is asked for, at the beginning of a file and soon after what was read before. */
  #begin(blob: Blob, start: number, length: number): Piece {
    const goesOn = start === 0 || this.#pieces.some((each) => each.blob === blob && each.stop <= start && start < each.stop + PIECE_BYTES);
    const stop = goesOn ? Math.max(start + length, Math.min(blob.size, start + PIECE_BYTES)) : start + length;
    return { blob, start, stop, data: readBlob(blob, start, stop - start) };
  }
}

/** Browsers refuse to read a file that is not the one that was chosen any more (W3C File API, section 4.1). */
async function readBlob(blob: Blob, start: number, length: number): Promise<Bytes | Lost> {
  try {
    const data = new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
    return data.length === length ? data : lost("file-changed");
  } catch (error) {
    return lost(error instanceof DOMException && error.name === "NotFoundError" ? "file-vanished" : "file-changed");
  }
}

function lost(code: Lost["code"]): Lost {
  return { code, message: TEXTS[code] };
}
