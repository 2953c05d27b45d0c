/** What a person has gathered to share, before there is a code. Pure: every change makes a new draft. */

import type { ShareItem, ShareOptions } from "../app/model.ts";

/** Files (in groups as they were added) or a text; never both. */
export type Draft =
  | { readonly kind: "files"; readonly groups: readonly Group[] }
  | { readonly kind: "text"; readonly text: string };

/** One file, or one folder with all that is in it: what a person picked as a unit, and can take out again. */
export interface Group {
  readonly name: string;
  readonly folder: boolean;
  readonly items: readonly ShareItem[];
  readonly bytes: number;
}

/** A day is the server's default, so a link sent in the evening works in the morning. */
export const OPTIONS: ShareOptions = { once: false, expires: 86_400 };

/** Longest text, in bytes of UTF-8: what the protocol carries as text. */
export const TEXT_BYTES = 1024 * 1024;

/** Sorts items into groups by the first part of their path. */
export function group(items: readonly ShareItem[]): readonly Group[] {
  const byName = new Map<string, ShareItem[]>();
  for (const item of items) {
    const name = item.path.replace(/\/.*$/s, "");
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [item]);
    else known.push(item);
  }
  return [...byName].map(([name, members]) => ({
    name,
    folder: members.some((item) => item.path !== name || item.file === null),
    items: members,
    bytes: members.reduce((sum, item) => sum + (item.file?.size ?? 0), 0),
  }));
}

/** Adds items. What is there already is not added twice; another thing of the same name gets a new name. */
export function add(groups: readonly Group[], items: readonly ShareItem[]): readonly Group[] {
  const result = [...groups];
  for (const each of group(items)) {
    if (result.some((known) => isSame(known, each))) continue;
    result.push(renamed(each, freeName(each.name, new Set(result.map((known) => known.name)))));
  }
  return result;
}

export function without(groups: readonly Group[], name: string): readonly Group[] {
  return groups.filter((each) => each.name !== name);
}

/** Everything in a draft of files, in order. */
export function itemsOf(groups: readonly Group[]): readonly ShareItem[] {
  return groups.flatMap((each) => each.items);
}

export function filesIn(group: Group): number {
  return group.items.filter((item) => item.file !== null).length;
}

/** `a.txt`, then `a (2).txt`, `a (3).txt`; a name that is all extension keeps it in front. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${stem} (${number})${extension}`;
  return free;
}

function renamed(group: Group, name: string): Group {
  if (name === group.name) return group;
  const items = group.items.map((item) => ({ ...item, path: name + item.path.slice(group.name.length) }));
  return { ...group, name, items };
}

function isSame(left: Group, right: Group): boolean {
  if (left.items.length !== right.items.length || left.bytes !== right.bytes) return false;
  return left.items.every((item, index) => signature(item, left) === signature(right.items[index], right));
}

function signature(item: ShareItem | undefined, group: Group): string {
  const inside = item?.path.slice(group.name.length);
  return `${group.folder}\n${inside}\n${item?.file?.name}\n${item?.file?.size}\n${item?.file?.lastModified}`;
}
