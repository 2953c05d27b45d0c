/** What has changed in a folder between two looks at it; pure. */

/** A file as it was seen. One whose size and time are the same is taken to be the same, as `pypeer share` does. */
export interface Seen {
  readonly path: string;
  readonly size?: number;
  readonly mtime?: number | null;
}

/** What is there now against what was there. */
export interface Differences {
  /** Of what is there now, which of those before each is; null for what is new or has changed. */
  readonly known: readonly (number | null)[];
  /** Paths that are gone; of what has changed, too, since it is another file now. */
  readonly gone: readonly string[];
  readonly isSame: boolean;
}

export function differences(before: readonly Seen[], now: readonly Seen[]): Differences {
  const places = new Map(before.map((file, at) => [factsOf(file), at]));
  const known = now.map((file) => places.get(factsOf(file)) ?? null);
  const kept = new Set(known);
  const gone = before.filter((_, at) => !kept.has(at)).map(({ path }) => path);
  return { known, gone, isSame: gone.length === 0 && !kept.has(null) };
}

function factsOf({ path, size, mtime }: Seen): string {
  return JSON.stringify([path, size, mtime]);
}
