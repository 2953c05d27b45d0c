/**
 * Builds the page into signaling/page/: templates/ as they are, and under assets/ everything it loads, each under a name
 * that holds a hash of its content, so that browsers may keep it for ever. assets/manifest.json tells the names, languages.json what the
 * template says in each language.
 */

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { build } from "esbuild";
import { catalogues, compile, described, inLanguage, SOURCE } from "./catalogue.mjs";
import { generate } from "./gen.mjs";

const WEB = import.meta.dirname;
const PAGE = join(WEB, "..", "signaling", "page");
const ASSETS = join(PAGE, "assets");
const ICONS = join(WEB, "src", "icons");

/** The oldest browsers with all that the page needs: the latest to come was Ed25519 in WebCrypto. */
const TARGET = ["chrome137", "firefox130", "safari17.4"];

const COMMON = {
  absWorkingDir: WEB,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: ASSETS,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
  target: TARGET,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** Writes what esbuild made of one entry; gives its hashed name. */
async function bundle(entry, options) {
  const { outputFiles, metafile } = await build({ ...COMMON, entryPoints: [entry], ...options });
  for (const file of outputFiles) await writeFile(file.path, file.contents);
  const [path] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry);
  return basename(path);
}

/** Writes a file under a name with its hash; gives that name. */
async function writeHashed(file, content) {
  const hash = createHash("sha256").update(content).digest("base64url").replace(/[^A-Za-z0-9]/g, "").slice(0, 8);
  const name = `${basename(file, extname(file))}-${hash}${extname(file)}`;
  await writeFile(join(ASSETS, name), content);
  return name;
}

/** Copies the icons. */
async function icons(folder) {
  const names = {};
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith(".webmanifest")) names[file] = await writeHashed(file, await readFile(join(folder, file)));
  }
  return names;
}

/** Writes the web app manifest in each language, with the names that the icons got; it is one application for all that, by its `id`. */
async function manifests(all, iconNames) {
  const text = `${await readFile(join(ICONS, "manifest.webmanifest"))}`;
  const named = Object.entries(iconNames).reduce((before, [icon, name]) => before.replaceAll(`"${icon}"`, `"${name}"`), text);
  const written = Object.entries(all).map(async ([language, each]) => {
    const file = `manifest-${language}.webmanifest`;
    return [file, await writeHashed(file, inLanguage(named, { ...each, lang: language, dir: described(language).direction }))];
  });
  return Object.fromEntries(await Promise.all(written));
}

/** Writes the messages of each language but the source, which is in the script; gives the names of the files, by language. */
async function messages(all) {
  const others = Object.entries(all).filter(([language]) => language !== SOURCE);
  const written = others.map(async ([language, each]) => [language, await writeHashed(`messages-${language}.json`, JSON.stringify(compile(each)))]);
  return Object.fromEntries(await Promise.all(written));
}

/** What the server needs of each language to render the page. */
function forServer(all) {
  return Object.fromEntries(Object.entries(all).map(([language, { page }]) => [language, { direction: described(language).direction, texts: { page } }]));
}

/** The worker that keeps the page: it has to know the names of all that belongs to it. The two workers at the root are not of it. */
async function shell(names) {
  const path = (name) => `/assets/${names[name]}`;
  const parts = Object.keys(names).filter((name) => name !== "sw.js").map(path).sort();
  const build = createHash("sha256").update(parts.join()).digest("hex").slice(0, 16);
  const define = { SHELL_BUILD: JSON.stringify(build), SHELL_PARTS: JSON.stringify(parts), SHELL_ENTRIES: JSON.stringify(["main.js", "main.css"].map(path)) };
  return bundle("src/shell/worker.ts", { format: "iife", entryNames: "shell-[hash]", define });
}

async function main() {
  await generate();
  await rm(PAGE, { recursive: true, force: true });
  await mkdir(ASSETS, { recursive: true });
  const names = {};
  names["sw.js"] = await bundle("src/sw/sw.ts", { format: "iife" });
  names["timers.js"] = await bundle("src/timers/worker.ts", { format: "iife", entryNames: "timers-[hash]" });
  names["keep.js"] = await bundle("src/keep/worker.ts", { format: "iife", entryNames: "keep-[hash]" });
  const workers = { TIMERS_WORKER: JSON.stringify(names["timers.js"]), KEEP_WORKER: JSON.stringify(names["keep.js"]) };
  const all = await catalogues();
  const catalogueNames = await messages(all);
  for (const [language, name] of Object.entries(catalogueNames)) names[`messages-${language}.json`] = name;
  const define = { ...workers, CATALOGUES: JSON.stringify(catalogueNames) };
  names["main.js"] = await bundle("src/main.ts", { format: "esm", define });
  names["main.css"] = await bundle("src/styles/main.css", {});
  const iconNames = await icons(ICONS);
  Object.assign(names, iconNames, await manifests(all, iconNames));
  names["shell.js"] = await shell(names);
  await writeFile(join(ASSETS, "manifest.json"), `${JSON.stringify(names, null, 1)}\n`);
  await writeFile(join(PAGE, "languages.json"), `${JSON.stringify(forServer(all), null, 1)}\n`);
  await cp(join(WEB, "templates"), join(PAGE, "templates"), { recursive: true });
}

await main();
