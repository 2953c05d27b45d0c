/**
 * Text as it is searched: small letters without accents. Pure; twin of signaling/protocol/words.py, so that members who use the page and
 * those who use a command make the same tokens.
 */

/** Marks that stand over, under or through letters of Latin, Greek and Cyrillic. */
const ACCENTS = /[\u0300-\u036f]/g;

/** What is in no word. */
const BETWEEN = /[^\p{L}\p{N}\p{M}]+/u;

/** Where folding (Unicode, section 3.13) is not the small letter of the capital: the dotless i stays, and Cherokee folds to its capitals. */
const KEPT = /[\u0131\u13a0-\u13f5]/;
const CHEROKEE = /[\u13f8-\u13fd\uab70-\uabbf]/;

/** The words of a text in their order, each once, where it comes last: the last one that is typed may be only begun, and so it stays the last. */
export function words(text: string): readonly string[] {
  const plain = folded(text).normalize("NFD").replace(ACCENTS, "");
  const typed = plain.split(BETWEEN).filter((word) => word !== "");
  return [...new Set(typed.reverse())].reverse();
}

/** Letter by letter: within a word, JavaScript writes the last sigma otherwise. */
function folded(text: string): string {
  return Array.from(text, fold).join("");
}

function fold(letter: string): string {
  if (KEPT.test(letter)) return letter;
  const capital = letter.toLowerCase().toUpperCase(); // the capital of the sharp s is one letter, that of its small form two
  return CHEROKEE.test(letter) ? capital : Array.from(capital, (each) => each.toLowerCase()).join("");
}
