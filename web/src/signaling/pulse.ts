/** Signs of life on one connection: when this side owes one, and when the other's silence means that it is gone; without I/O. */

/** In seconds: after how long without a word this side says something, and after how long a silence is the end. */
export interface Rhythm {
  readonly speakAfter: number;
  readonly goneAfter: number;
}

/** Times are seconds of any one clock. */
export class Pulse {
  rhythm: Rhythm;
  #heard = 0;
  #spoke = 0;

  constructor(rhythm: Rhythm) {
    this.rhythm = rhythm;
  }

  /** The connection is there: nobody has been silent on it yet. */
  begin(now: number): void {
    this.#heard = this.#spoke = now;
  }

  /** Something came. */
  heard(now: number): void {
    this.#heard = now;
  }

  /** Something was sent. */
  spoke(now: number): void {
    this.#spoke = now;
  }

  /** From when on `hasToSpeak`, unless something is sent before. */
  get speaksAt(): number {
    return this.#spoke + this.rhythm.speakAfter;
  }

  /** From when on `isGone`, unless something comes before. */
  get goneAt(): number {
    return this.#heard + this.rhythm.goneAfter;
  }

  /** Whether a sign of life is due. */
  hasToSpeak(now: number): boolean {
    return now >= this.speaksAt;
  }

  /** Whether nothing is hoped for any more. */
  isGone(now: number): boolean {
    return now >= this.goneAt;
  }
}
