/** How much of an accepted offer is stored; pure. Twin of pypeer/transfer/tally.py. */

/** Counts files and bytes: `files` and `bytes` are all that is to come. */
export class Tally {
  readonly files: number;
  readonly bytes: number;
  storedFiles = 0;
  storedBytes = 0;
  failed = 0;
  readonly #held = new Map<number, number>();

  constructor(files: number, bytes: number) {
    this.files = files;
    this.bytes = bytes;
  }

  /** Whether every file is stored or lost. */
  get isSettled(): boolean {
    return this.storedFiles + this.failed === this.files;
  }

  /** So much of a file is stored. */
  hold(file: number, length: number): void {
    this.#held.set(file, (this.#held.get(file) ?? 0) + length);
    this.storedBytes += length;
  }

  /** Nothing of it is, after all. */
  letGo(file: number): void {
    this.storedBytes -= this.#held.get(file) ?? 0;
    this.#held.delete(file);
  }

  /** All of it is. */
  finished(file: number): void {
    this.#held.delete(file);
    this.storedFiles += 1;
  }

  /** It will not come. */
  lost(file: number): void {
    this.letGo(file);
    this.failed += 1;
  }
}
