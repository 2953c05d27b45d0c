/** Numbers in words. Pure. Sizes are decimal (1 kB = 1,000 bytes), as on the box of a disk and in phones. */

const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const grouped = new Intl.NumberFormat("en-GB");

/** `0 bytes`, `1 byte`, `999 bytes`, `1.2 kB`, `34 MB`: three digits at most, so columns do not jump. */
export function bytes(count: number): string {
  if (count < 1000) return `${grouped.format(Math.floor(count))} ${count === 1 ? "byte" : "bytes"}`;
  let value = count;
  let unit = -1;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : grouped.format(Math.round(value))} ${UNITS[unit]}`;
}

/** `1 file`, `5,000 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped.format(number)} ${number === 1 ? one : many}`;
}

/** Two units at most, rounded to what matters: `8 s`, `3 min`, `1 h 20 min`, `2 days 3 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < 10 * MINUTE) return pair(whole, MINUTE, "min", "s");
  if (whole < HOUR - MINUTE / 2) return `${Math.round(whole / MINUTE)} min`;
  if (whole < DAY) return pair(Math.round(whole / MINUTE), 60, "h", "min");
  const hours = Math.round(whole / HOUR);
  return pair(hours, 24, hours < 48 ? "day" : "days", "h");
}

function pair(total: number, size: number, big: string, small: string): string {
  const rest = total % size;
  const head = `${Math.floor(total / size)} ${big}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
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
