/**
 * Compiles the catalogue: messages/LANGUAGE.json, in ICU MessageFormat, becomes data that the page puts into words without a parser
 * (src/words/message.ts), and the type of all texts, so that a text that is not there, or an argument too few, is an error of the compiler.
 */

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";

const FOLDER = join(import.meta.dirname, "messages");

/** The language in which the page is written; the others are held to it. */
export const SOURCE = "en";

/** What is used of ICU MessageFormat; the rest (dates, ordinals, offsets, tags) is refused, so what is compiled can be shown. */
function pieces(elements, number) {
  return elements.map((element) => {
    switch (element.type) {
      case TYPE.literal:
        return element.value;
      case TYPE.argument:
        return { arg: element.value };
      case TYPE.number:
        if (element.style) throw new Error("numbers have no style");
        return { number: element.value };
      case TYPE.pound:
        return { number };
      case TYPE.plural:
        if (element.offset || element.pluralType !== "cardinal") throw new Error("plurals are cardinal and have no offset");
        return { plural: element.value, of: options(element) };
    }
    throw new Error(`an element of type ${element.type}`);
  });
}

function options({ value, options: all }) {
  return Object.fromEntries(Object.entries(all).map(([name, option]) => [name, pieces(option.value, value)]));
}

/** A message without arguments is its own text. */
function compileMessage(text, key) {
  try {
    const compiled = pieces(parse(text, { ignoreTag: true }));
    return compiled.every((piece) => typeof piece === "string") ? compiled.join("") : compiled;
  } catch (error) {
    throw new Error(`${key}: ${error.message}`);
  }
}

/** All messages of one language. */
export function compile(messages, key = "") {
  if (typeof messages === "string") return compileMessage(messages, key);
  return Object.fromEntries(Object.entries(messages).map(([name, each]) => [name, compile(each, key === "" ? name : `${key}.${name}`)]));
}

/** Languages of the catalogue and their messages, the source first. */
export async function catalogues() {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".json")).sort();
  const all = await Promise.all(files.map(async (file) => [basename(file, ".json"), JSON.parse(await readFile(join(FOLDER, file), "utf-8"))]));
  return Object.fromEntries(all.toSorted(([one], [other]) => Number(other === SOURCE) - Number(one === SOURCE)));
}

/** Arguments of a compiled message, with their types. */
export function argumentsOf(message) {
  const found = {};
  const look = (all) => {
    for (const piece of typeof all === "string" ? [] : all) {
      if (piece.arg !== undefined) found[piece.arg] = "string";
      else if (piece.number !== undefined) found[piece.number] = "number";
      else if (piece.plural !== undefined) {
        found[piece.plural] = "number";
        Object.values(piece.of).forEach(look);
      }
    }
  };
  look(message);
  return found;
}

function typeOf(compiled) {
  if (typeof compiled === "string") return "string";
  if (!Array.isArray(compiled)) return `{ ${Object.entries(compiled).map(([name, each]) => `readonly ${JSON.stringify(name)}: ${typeOf(each)}`).join("; ")} }`;
  const args = Object.entries(argumentsOf(compiled)).map(([name, type]) => `readonly ${name}: ${type}`);
  return `(values: { ${args.join("; ")} }) => string`;
}

/** What a language is called by those who speak it, and which way it is written. */
export function described(language) {
  const locale = new Intl.Locale(language);
  const { direction } = locale.getTextInfo?.() ?? locale.textInfo;
  return { name: new Intl.DisplayNames(language, { type: "language" }).of(language), direction };
}

/** A JSON text in one language: `{group.key}` stands for that text, without the marks of where it may be broken. */
export function inLanguage(json, texts) {
  const textAt = (path) => path.split(".").reduce((from, key) => from?.[key], texts);
  return json.replace(/"\{([a-z.]+)\}"/gi, (_, path) => {
    const text = textAt(path);
    if (typeof text !== "string") throw new Error(`no text ${path}`);
    return JSON.stringify(text.replaceAll("\u00ad", ""));
  });
}

/** The source, the type of all texts, and which languages there are, as a module. */
export async function catalogueModule() {
  const all = await catalogues();
  const source = compile(all[SOURCE]);
  const languages = Object.fromEntries(Object.keys(all).map((language) => [language, described(language)]));
  return [
    'import type { Messages } from "../words/message.ts";',
    `export type Texts = ${typeOf(source)};`,
    `export const source: Messages = ${JSON.stringify(source)};`,
    `export const languages = ${JSON.stringify(languages)} as const;`,
    "",
  ].join("\n");
}
