import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { argumentsOf, catalogues, compile, inLanguage, SOURCE, type Written } from "../../catalogue.mjs";
import { languages } from "../../src/gen/catalogue.ts";
import { RELAY_CLOSES, TURN_MEANINGS } from "../../src/gen/peer_constants.ts";
import type { EndCode } from "../../src/gen/peer.ts";
import type { ErrorCode } from "../../src/gen/signaling.ts";
import { explain } from "../../src/signaling/refusing.ts";
import { TEXTS } from "../../src/transfer/endings.ts";
import { speak, type Language } from "../../src/words/catalogue.ts";
import type { Message, Piece } from "../../src/words/message.ts";
import { said, translated } from "../../src/words/said.ts";
import { vectors } from "../vectors.ts";

const WEB = join(import.meta.dirname, "../..");
const all = await catalogues();
const flat = (written: Written, path = ""): Record<string, string> =>
  Object.fromEntries(Object.entries(written).flatMap(([name, each]) => (typeof each === "string" ? [[path + name, each]] : Object.entries(flat(each, `${path}${name}.`)))));
const source = flat(all[SOURCE] ?? assert.fail());
const others = Object.entries(all).filter(([language]) => language !== SOURCE);

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(WEB, folder), { recursive: true, encoding: "utf-8" }).filter((file) => file.endsWith(ending)).map((file) => readFileSync(join(WEB, folder, file), "utf-8"));
}

function pluralsOf(message: Message): (readonly string[])[] {
  const look = (pieces: readonly Piece[]): (readonly string[])[] => pieces.flatMap((piece) => (typeof piece === "object" && "plural" in piece ? [Object.keys(piece.of), ...Object.values(piece.of).flatMap(look)] : []));
  return typeof message === "string" ? [] : look(message);
}

const use = (language: string): void => speak(language as Language, compile(all[language] as Written));

afterEach(() => speak("en", {}));

test("every language says everything, and nothing else", () => {
  for (const [language, written] of others) {
    const messages = flat(written);
    assert.deepEqual(Object.keys(messages).sort(), Object.keys(source).sort(), language);
    for (const [key, text] of Object.entries(messages)) {
      assert.notEqual(text.trim(), "", `${language} ${key}`);
      const sorted = (message: string) => Object.entries(argumentsOf(compile(message))).toSorted();
      assert.deepEqual(sorted(text), sorted(source[key] as string), `${language} ${key}`);
    }
  }
});

test("every plural has the forms of its language", () => {
  for (const [language, written] of Object.entries(all)) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, text] of Object.entries(flat(written))) {
      for (const forms of pluralsOf(compile(text))) assert.deepEqual(forms.filter((form) => !form.startsWith("=")).sort(), pluralCategories.toSorted(), `${language} ${key}`);
    }
  }
});

/** All groups and messages. */
const paths = new Set(Object.keys(source).flatMap((key) => key.split(".").map((_, at, parts) => parts.slice(0, at + 1).join("."))));

/** Paths in the catalogue that one source file names, by way of what it takes out of `texts`. */
function namedIn(code: string): string[] {
  const short = new Map(Object.keys(all[SOURCE] as Written).map((group) => [group, group]));
  const resolve = (chain: string): string | null => {
    const [first = "", ...rest] = chain.replace(/^texts\./, "").split(".");
    const start = short.get(first);
    const path = [start, ...rest].join(".");
    return start !== undefined && paths.has(path) ? path : null;
  };
  const named: string[] = [];
  const body = code.replace(/^import[^;]*;|^export const \{[^}]*\} = texts;/gm, "").replace(/const \{([^{}]*)\} = ([\w.]+)(?=;|\n)/g, (whole: string, taken: string, from: string) => {
    const base = from === "texts" ? "" : resolve(from);
    if (base === null) return whole;
    for (const [name = "", as = name] of taken.split(",").map((each) => each.trim().split(": "))) {
      const path = base === "" ? name : `${base}.${name}`;
      short.set(as, path);
      if (path in source) named.push(path);
    }
    return "";
  });
  for (const [, chain = "", by = ""] of body.matchAll(/\b([A-Za-z]\w*(?:\.\w+)*)(\[| as )?/g)) {
    const path = resolve(chain);
    if (path !== null && (path.includes(".") || by !== "")) named.push(path);
  }
  return named;
}

test("no message is there for nothing", () => {
  const files = [...filesIn("src/ui", ".ts"), ...filesIn("templates", ".html"), readFileSync(join(WEB, "src/main.ts"), "utf-8")];
  const named = new Set(files.flatMap(namedIn));
  const isNamed = (key: string): boolean => key.split(".").some((_, at, parts) => named.has(parts.slice(0, at + 1).join(".")));
  assert.deepEqual(Object.keys(source).filter((key) => !key.startsWith("said.") && !isNamed(key)), []);
});

/** Sentences in the sources of the engine: they begin with a capital, and end. */
const SENTENCE = /"([A-Z“][^"\n]* [^"\n]*[.?])"|`([A-Z“][^`\n]* [^`\n]*[.?])`/g;

test("what the engine says has words in every language", () => {
  const code = ["app", "keep", "secure", "signaling", "sinks"].flatMap((folder) => filesIn(`src/${folder}`, ".ts")).join("\n").replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const sentences = [...code.matchAll(SENTENCE)].map(([, plain, template]) => (plain ?? (template as string)).replace(/\$\{attempts\([^}]*\}/g, " 7 attempts are left.").replace(/\$\{[^}]*\}/g, "x"));
  const troubles = vectors<Record<string, { text: string }[]>>("troubles");
  const texts = [...sentences, ...Object.values(TEXTS), ...Object.values(TURN_MEANINGS), ...Object.values(RELAY_CLOSES), ...Object.values(troubles).flat().map(({ text }) => text)];
  assert.ok(sentences.length > 40);
  use("de");
  assert.deepEqual(texts.filter((text) => text !== undefined && translated(text) === null), []);
});

const spokenOf = (contract: string, name: string): readonly string[] => {
  const schema = JSON.parse(readFileSync(join(WEB, "..", contract, "protocol/schema.json"), "utf-8")) as { $defs: Record<string, { enum: string[] }> };
  return schema.$defs[name]?.enum ?? assert.fail(name);
};

test("every code by which the server or a peer says no has words in every language", () => {
  const refusals = spokenOf("signaling", "ErrorCode").map((code) => explain({ t: "error", seq: 1, code: code as ErrorCode, message: "" }).message);
  const ends = spokenOf("pypeer", "EndCode").map((code) => TEXTS[code as EndCode]);
  assert.ok(refusals.length > 15 && ends.length > 10);
  for (const [language] of others) {
    use(language);
    assert.deepEqual([...refusals, ...ends].filter((text) => translated(text) === null), [], language);
  }
});

/** What the server adds where a code has many causes. */
const DETAIL = /failed\(\s*request,\s*ErrorCode\.(?:RATE_LIMITED|TOO_MANY),\s*f?"([^"]+)"/g;

test("what the server says beside a code has words, too", () => {
  const details = filesIn("../signaling/core", ".py").flatMap((code) => [...code.matchAll(DETAIL)].map(([, text = ""]) => text.replace(/\{[^}]*\}/g, "7")));
  assert.ok(details.length > 8);
  for (const [language] of others) {
    use(language);
    assert.deepEqual(details.filter((text) => translated(text) === null), [], language);
  }
});

test("what is looked for is said somewhere", () => {
  const code = [...filesIn("src/app", ".ts"), ...["keep", "secure", "signaling", "sinks", "transfer", "connect", "gen"].flatMap((folder) => filesIn(`src/${folder}`, ".ts")), ...filesIn("../signaling", ".py")].join("\n");
  const spoken = Object.entries(source).filter(([key]) => key.startsWith("said."));
  const missing = spoken.filter(([, text]) => !text.split(/\{\w+\}/).every((part) => code.includes(part.trim().replace(/^\. |\.$/g, ""))));
  assert.deepEqual(missing.map(([key, text]) => `${key}: ${text}`), []);
});

test("no sentence gets to the screen as the engine said it", () => {
  const lines = filesIn("src/ui", ".ts").flatMap((code) => code.split("\n"));
  assert.deepEqual(lines.filter((line) => /(problem|error|state)\??\.message\b/.test(line) && !line.includes("said(")), []);
});

test("no text is read before it is known which language is spoken", () => {
  const lines = [...filesIn("src/ui", ".ts"), ...filesIn("src/app", ".ts")].flatMap((code) => code.split("\n"));
  assert.deepEqual(lines.filter((line) => /^(export )?(const|let) [^(]*\btexts\.\w+\.\w/.test(line)), []);
});

test("sentences are put into other words, with what stands in them", () => {
  assert.equal(said("You stopped it."), "You stopped it.");
  use("de");
  assert.equal(said("You stopped it."), "Du hast es angehalten.");
  assert.equal(said("The path “a/b…” is too long to be sent."), "Der Pfad „a/b…“ ist zu lang zum Senden.");
  assert.equal(said("The relay turn.example, port 3478, cannot be used over UDP: its name is not known here."), "Das Relay turn.example, Port 3478, ist über UDP nicht zu benutzen: sein Name ist hier nicht bekannt.");
  assert.equal(said("The other side declined. (not today)"), "Die andere Seite hat abgelehnt. (not today)");
  assert.equal(said("That was too much in a short time. Wait a moment, and try again. (too many searches)"), "Das war zu viel in kurzer Zeit. Warte einen Moment und versuche es noch einmal. (zu viele Suchen)");
  assert.equal(said("Whatever else."), "Whatever else.");
  use("ar");
  assert.equal(said("Whatever else."), "\u2066Whatever else.\u2069");
  assert.equal(said("The other side declined. (not today)"), "رفض الطرف الآخر. (\u2066not today\u2069)");
});

test("a manifest is put into words, and what is not there is noticed", () => {
  assert.equal(inLanguage('{ "name": "{places.receive}", "url": "/" }', all["de"] ?? assert.fail()), '{ "name": "Empfangen", "url": "/" }');
  assert.throws(() => inLanguage('"{no.such}"', all["de"] ?? assert.fail()), /no text no\.such/);
  assert.throws(() => inLanguage('"{places}"', all["de"] ?? assert.fail()), /no text places/);
});

test("languages are called what their speakers call them", () => {
  assert.deepEqual(languages.en, { name: "English", direction: "ltr" });
  assert.deepEqual(languages.ar, { name: "العربية", direction: "rtl" });
});
