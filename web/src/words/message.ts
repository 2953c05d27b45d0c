/**
 * Puts a compiled message of the catalogue into words. Pure.
 *
 * What it knows of ICU MessageFormat: arguments, numbers, and plurals by CLDR's rules (Intl.PluralRules) or by exact value (`=0`).
 */

/** A part of a message. */
export type Piece =
  | string
  | { readonly arg: string }
  | { readonly number: string }
  | { readonly plural: string; readonly of: Readonly<Record<string, readonly Piece[]>> };

/** A message without arguments is its text. */
export type Message = string | readonly Piece[];

/** Messages by name, in groups. */
export interface Messages {
  readonly [name: string]: Message | Messages;
}

export type Values = Readonly<Record<string, string | number>>;

/** How a language is written. */
export interface Locale {
  readonly language: string;
  readonly isRightToLeft: boolean;
  readonly numbers: Intl.NumberFormat;
  readonly plurals: Intl.PluralRules;
}

export function localeOf(language: string, direction: "ltr" | "rtl"): Locale {
  return { language, isRightToLeft: direction === "rtl", numbers: new Intl.NumberFormat(language), plurals: new Intl.PluralRules(language) };
}

/** The text of a message. */
export function render(message: Message, values: Values, locale: Locale): string {
  return typeof message === "string" ? message : message.map((piece) => renderPiece(piece, values, locale)).join("");
}

function renderPiece(piece: Piece, values: Values, locale: Locale): string {
  if (typeof piece === "string") return piece;
  if ("arg" in piece) return isolated(String(values[piece.arg]), locale);
  if ("number" in piece) return locale.numbers.format(Number(values[piece.number]));
  const value = Number(values[piece.plural]);
  const chosen = piece.of[`=${value}`] ?? piece.of[locale.plurals.select(value)] ?? piece.of["other"];
  return render(chosen ?? [], values, locale);
}

/** Isolates from left to right and from right to left, and their end (Unicode Standard Annex 9). */
const [LEFT, RIGHT, END] = ["\u2066", "\u2067", "\u2069"];
const INNER = /[\u2066-\u2068][^\u2066-\u2069]*\u2069/g;

/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A name or a size keeps its order whatever stands around it, and leaves that in its own. Its first letter tells the direction; what is
 * made of several that are isolated already, and of no letter besides, has that of the language.
 */
export function isolated(text: string, { isRightToLeft }: Pick<Locale, "isRightToLeft">): string {
  if (!isRightToLeft && !RIGHT_TO_LEFT.test(text)) return text;
  const [first] = /\p{L}/u.exec(text.replace(INNER, "")) ?? [];
  const isRight = first === undefined ? isRightToLeft : RIGHT_TO_LEFT.test(first);
  return `${isRight ? RIGHT : LEFT}${text}${END}`;
}
