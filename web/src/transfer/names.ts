/**
 * From the paths of a manifest, which are hostile until proven otherwise, to names that are safe to make and to show.
 * Twin of pypeer/transfer/names.py, where the rules are explained; the same test vectors hold for both.
 */

import { MANIFEST_BYTES } from "../gen/peer_constants.ts";
import { utf8 } from "../secure/encoding.ts";

/** Longest name in UTF-8 bytes: NAME_MAX of most file systems. */
const NAME_BYTES = 255;

/** Longest extension that is kept when a name is cut: what follows a dot further away is no extension. */
const EXTENSION_BYTES = 32;

/** Controls, invisible formatting (bidirectional overrides too), and characters that show nothing although they are letters. */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
const FORBIDDEN = /[<>:"|?*\\]/g;

/** Device names of Windows; see "Naming Files, Paths, and Namespaces" in its documentation. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?$/is;
const DRIVE = /^[A-Za-z]:(\\.*)?$/s;

/** The manifest names impossible files; the message says which and why, the path in it made safe to show. */
export class ManifestError extends Error {
  override readonly name: string = "ManifestError";
}

/** Maps the paths of one manifest, in its order. Names that differ only by case are kept apart: some file systems fold it. */
export class Mapper {
  readonly #folders = new Map([["", ""]]);
  readonly #listed = new Set<string>();
  readonly #files = new Set<string>();
  readonly #taken = new Map<string, Map<string, number>>([["", new Map()]]);
  readonly #folds: boolean;
  #budget: number = MANIFEST_BYTES;

  constructor(folds = true) {
    this.#folds = folds;
  }

  /** The safe path for `path`, relative, `/` between its names; throws ManifestError. */
  map(path: string, isFolder: boolean): string {
    checkPath(path);
    if (this.#files.has(path) || this.#listed.has(path) || (this.#folders.has(path) && !isFolder)) {
      throw new ManifestError(`the offer names ${show(path)} twice`);
    }
    if (isFolder) {
      this.#listed.add(path);
      return this.#folder(path);
    }
    this.#files.add(path);
    const [parent, name] = split(path);
    return this.#place(this.#folder(parent), name);
  }

  /** The safe path of a folder, listed or not; not recursive, since a path may have 2,048 parts. */
  #folder(path: string): string {
    const unknown: string[] = [];
    for (let at = path; !this.#folders.has(at); [at] = split(at)) unknown.push(at);
    for (const folder of unknown.reverse()) this.#add(folder);
    return this.#folders.get(path) as string;
  }

  #add(folder: string): void {
    if (this.#files.has(folder)) throw new ManifestError(`the offer uses the file ${show(folder)} as a folder`);
    this.#spend(folder);
    const [parent, name] = split(folder);
    const place = this.#place(this.#folders.get(parent) as string, name);
    this.#folders.set(folder, place);
    this.#taken.set(place, new Map());
  }

  /** Folders that are not listed cost the sender nothing, so all of them together are bounded here. */
  #spend(folder: string): void {
    this.#budget -= folder.length;
    if (this.#budget < 0) throw new ManifestError("the offer has too many nested folders");
  }

  /** A safe path in the folder `where` that nothing there has yet. */
  #place(where: string, name: string): string {
    const taken = this.#taken.get(where) as Map<string, number>;
    const wanted = safeName(name);
    let candidate = wanted;
    for (let key = this.#key(wanted); taken.has(this.#key(candidate)); ) {
      const number = (taken.get(key) as number) + 1;
      taken.set(key, number);
      candidate = numbered(wanted, number);
    }
    taken.set(this.#key(candidate), 1);
    return where === "" ? candidate : `${where}/${candidate}`;
  }

  /** Names with the same key are the same to some file system. */
  #key(name: string): string {
    const composed = name.normalize("NFC");
    return this.#folds ? composed.toUpperCase().toLowerCase().normalize("NFC") : composed;
  }
}

/** One name made safe; the result is unchanged by another pass. */
export function safeName(name: string): string {
  const shown = name.replace(FORBIDDEN, "_").replace(DECEPTIVE, "_");
  const cut = cutName(DEVICE.test(shown) ? `_${shown}` : shown);
  const end = cut.replace(/[ .]+$/, "");
  return end + "_".repeat(cut.length - end.length);
}

/** `a (2).txt` for `a.txt`, cut if it has to be. */
export function numbered(name: string, number: number): string {
  const [stem, extension] = splitExtension(name);
  const mark = ` (${number})`;
  return shorten(stem, NAME_BYTES - mark.length - utf8(extension).length) + mark + extension;
}

/** Text of the other side, with nothing in it that could deceive a reader. */
export function printable(text: string): string {
  return text.replace(DECEPTIVE, "_");
}

/** A path, quoted and short enough for a message. */
export function show(path: string): string {
  return path.length <= 200 ? `'${printable(path)}'` : `'${printable(path.slice(0, 200))}...'`;
}

/** Throws ManifestError for a path that no honest sender makes. */
function checkPath(path: string): void {
  const parts = path.split("/");
  const isImpossible = path.includes("\0") || parts.some((part) => part === "" || part === "." || part === "..");
  if (isImpossible || DRIVE.test(parts[0] as string)) throw new ManifestError(`the offer has an impossible path: ${show(path)}`);
}

/** Parent and name of a path. */
function split(path: string): [string, string] {
  const at = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
}

/** Stem and extension with its dot; a leading dot starts no extension. */
function splitExtension(name: string): [string, string] {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
  const isExtension = /[^.]/.test(stem) && extension !== "" && utf8(extension).length < EXTENSION_BYTES;
  return isExtension ? [stem, `.${extension}`] : [name, ""];
}

function cutName(name: string): string {
  if (utf8(name).length <= NAME_BYTES) return name;
  const [stem, extension] = splitExtension(name);
  return shorten(stem, NAME_BYTES - utf8(extension).length) + extension;
}

/** At most `size` bytes of UTF-8, no character split. */
function shorten(text: string, size: number): string {
  let end = 0;
  let room = size;
  for (const character of text) {
    room -= utf8(character).length;
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
