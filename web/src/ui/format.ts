/** Numbers in words. Sizes are decimal (1 kB = 1,000 bytes), as on the box of a disk and in phones. */

import { spokenLocale, texts } from "../words/catalogue.ts";
import { isolated } from "../words/message.ts";

const UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats are slow to make, and wanted for every line of a list. */
const formats = new Map<string, Intl.NumberFormat>();

function format(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const { language } = spokenLocale();
  const known = formats.get(`${language} ${key}`);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(language, options);
  formats.set(`${language} ${key}`, made);
  return made;
}

function inUnit(value: number, unit: string, digits: number, isLong: boolean): string {
  const width = isLong ? "long" : "short";
  return format(`${unit} ${digits}`, { style: "unit", unit, unitDisplay: width, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** `0 bytes`, `1 byte`, `999 bytes`, `1.2 kB`, `34 MB`: three digits at most, so columns do not jump. */
export function bytes(count: number): string {
  if (count < 1000) return inUnit(Math.floor(count), "byte", 0, true);
  let value = count;
  let unit = -1;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return inUnit(value, UNITS[unit] as string, value < 9.95 ? 1 : 0, false);
}

/** A rate to choose: `250 kB/s`, `1 MB/s`. */
export function rate(bytesPerSecond: number): string {
  const isKilo = bytesPerSecond < 1_000_000;
  const amount = inUnit(bytesPerSecond / (isKilo ? 1000 : 1_000_000), isKilo ? "kilobyte" : "megabyte", 0, false);
  return texts.transfer.rate({ amount });
}

/** A number with so many digits behind the point. */
export function decimal(value: number, digits: number): string {
  return format(`decimal ${digits}`, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

const lists = new Map<string, Intl.ListFormat>();

/** Names in one line: `TCP, TLS`. */
export function list(names: readonly string[]): string {
  const locale = spokenLocale();
  const format = lists.get(locale.language) ?? new Intl.ListFormat(locale.language, { type: "unit" });
  lists.set(locale.language, format);
  return format.format(names.map((name) => isolated(name, locale)));
}

/** Two units at most, rounded to what matters: `8 s`, `3 min`, `1 h 20 min`, `2 days 3 h`. */
export function duration(seconds: number): string {
  const { time } = texts;
  const whole = Math.max(1, Math.round(seconds));
  if (whole < MINUTE) return time.seconds({ n: whole });
  if (whole < 10 * MINUTE) return pair(whole, MINUTE, time.minutes, time.seconds);
  if (whole < HOUR - MINUTE / 2) return time.minutes({ n: Math.round(whole / MINUTE) });
  if (whole < DAY) return pair(Math.round(whole / MINUTE), 60, time.hours, time.minutes);
  return pair(Math.round(whole / HOUR), 24, time.days, time.hours);
}

type Unit = (values: { readonly n: number }) => string;

function pair(total: number, size: number, large: Unit, small: Unit): string {
  const rest = total % size;
  const head = large({ n: Math.floor(total / size) });
  return rest === 0 ? head : texts.time.both({ large: head, small: small({ n: rest }) });
}

/** Whole percent, rounded down: 100 is said only when nothing is missing. An empty transfer is complete. */
export function percent(part: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.floor((part / total) * 100));
}

/** Folder part and name of a path, to show the name first. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const cut = path.lastIndexOf("/") + 1;
  return { folder: path.slice(0, cut), name: path.slice(cut) };
}

/** A moment, as its day and time of day. */
export function when(at: number): string {
  return new Intl.DateTimeFormat(spokenLocale().language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}
