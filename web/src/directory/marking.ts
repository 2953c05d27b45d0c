/** Which parts of a name are what was looked for; pure. For the eye only: what is found, the server decides. */

/** A piece of a text, and whether it is to be marked. */
export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Cuts a text at the beginnings of words that are those of `query`, without regard to case and accents. */
export function marked(text: string, query: string): readonly Piece[] {
  const characters = [...text];
  const folded = characters.map(fold);
  const wanted = [...new Set(query.split(/[^\p{L}\p{N}]+/u).map(fold).filter((word) => word !== ""))];
  const flags = characters.map(() => false);
  characters.forEach((_, start) => {
    if (!startsWord(characters, start)) return;
    const length = Math.max(0, ...wanted.map((word) => matchAt(folded, start, word)));
    flags.fill(true, start, start + length);
  });
  return pieces(characters, flags);
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function startsWord(characters: readonly string[], at: number): boolean {
  const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character);
  return isLetter(characters[at]) && !isLetter(characters[at - 1]);
}

/** How many characters from `start` on make up this word; none if they do not. */
function matchAt(folded: readonly string[], start: number, word: string): number {
  let rest = word;
  for (let at = start; at < folded.length; at += 1) {
    const here = folded[at] as string;
    if (!rest.startsWith(here)) return 0;
    rest = rest.slice(here.length);
    if (rest === "") return withMarks(folded, at + 1) - start;
  }
  return 0;
}

/** The end with the accents that follow, which are characters of their own in some texts. */
function withMarks(folded: readonly string[], end: number): number {
  const next = folded.findIndex((character, at) => at >= end && character !== "");
  return next === -1 ? folded.length : next;
}

function pieces(characters: readonly string[], flags: readonly boolean[]): readonly Piece[] {
  const made: { text: string; isMarked: boolean }[] = [];
  characters.forEach((character, at) => {
    const isMarked = flags[at] === true;
    const last = made.at(-1);
    if (last?.isMarked === isMarked) last.text += character;
    else made.push({ text: character, isMarked });
  });
  return made;
}
