/** Ranges of bytes: which have arrived, and which a browser asks for; pure. Each is [start, end), in bytes. */

export type ByteRange = readonly [start: number, end: number];

/** These and one more, in order, those that touch as one. */
export function withRange(ranges: readonly ByteRange[], [start, end]: ByteRange): readonly ByteRange[] {
  const apart = ranges.filter(([from, to]) => to < start || from > end);
  const joined = ranges.filter(([from, to]) => to >= start && from <= end);
  const whole: ByteRange = [Math.min(start, ...joined.map(([from]) => from)), Math.max(end, ...joined.map(([, to]) => to))];
  return [...apart, whole].toSorted(([one], [other]) => one - other);
}

/** Up to where everything from `start` on is there. */
export function reach(ranges: readonly ByteRange[], start: number): number {
  return ranges.find(([from, to]) => from <= start && start < to)?.[1] ?? start;
}

/**
 * What `Range: bytes=...` asks for of `size` bytes (RFC 9110, section 14.2): "all" where there is none or none that is
 * understood, "none" where nothing of it is there. Of several ranges, all is given, as the RFC allows.
 */
export function askedRange(header: string | null, size: number): ByteRange | "all" | "none" {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return "all";
  if (first === "") return last === "0" || size === 0 ? "none" : [Math.max(0, size - Number(last)), size];
  const [start, end] = [Number(first), last === "" ? size : Math.min(size, Number(last) + 1)];
  if (start >= size) return "none";
  return start < end ? [start, end] : "all";
}
