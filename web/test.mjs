/**
 * `npm test`: all tests of the page that need no browser. Modules without I/O are held to every branch.
 *
 * A path behind it runs that file alone, without coverage.
 */

import { spawnSync } from "node:child_process";

const PURE = [
  "app/{agreement,history,memory,no_way,schema,throttle,wishing}.ts",
  "check/{evidence,findings,prospects}.ts",
  "connect/{address,again,candidate,gathering,guessing,hope,ice_servers,inbox,lanes,letting,life,lifetime,mapping,negotiation,negotiator,path,phases}.ts",
  "connect/{prospects,reasons,relay_life,renewal,report,roads,trouble,ways}.ts",
  "contacts/**",
  "directory/**",
  "errors.ts",
  "secure/**",
  "shell/plan.ts",
  "signaling/{backoff,core,hello,pair,pulse,refusing,repeating,session,switch}.ts",
  "sinks/ranges.ts",
  "spaces/**",
  "transfer/**",
  "ui/{activity,address,app,check_words,code_entry,describe,draft,explain,format,support}.ts",
  "words/{catalogue,message,said}.ts",
];

/** In milliseconds: the slowest builds the catalogues, in two seconds of a quiet machine. */
const TIMEOUT = 60_000;

const WHOLE = ["lines", "branches", "functions"].map((what) => `--test-coverage-${what}=100`);

const named = process.argv.slice(2);
const coverage = named.length > 0 ? [] : ["--experimental-test-coverage", ...WHOLE, ...PURE.map((files) => `--test-coverage-include=src/${files}`)];
const files = named.length > 0 ? named : ["test/**/*.test.ts"];
const { status } = spawnSync(process.execPath, ["--test", `--test-timeout=${TIMEOUT}`, ...coverage, ...files], { stdio: "inherit" });
process.exit(status ?? 1);
