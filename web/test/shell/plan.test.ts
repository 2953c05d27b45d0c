/** What is kept of the page, and which requests are answered from it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTo, cacheOf, isOfBuild, outdated } from "../../src/shell/plan.ts";

const HERE = "https://byway.example";

test("the page and its parts are answered, and nothing else of the server", () => {
  const get = (path: string, mode = "cors"): string => answerTo("GET", mode, HERE + path, HERE);
  assert.equal(get("/", "navigate"), "page");
  assert.equal(get("/?relay-only", "navigate"), "page");
  assert.equal(get("/assets/main-AB12.js"), "part");
  for (const path of ["/", "/healthz", "/metrics", "/sw.js", "/shell.js", "/download/abc"]) assert.equal(get(path), "network", path);
  assert.equal(get("/download/abc", "navigate"), "network");
  assert.equal(answerTo("GET", "cors", "https://other.example/assets/main.js", HERE), "network");
  assert.equal(answerTo("HEAD", "cors", `${HERE}/assets/main.js`, HERE), "network");
});

test("what is shared with the page is taken here", () => {
  assert.equal(answerTo("POST", "navigate", `${HERE}/share`, HERE), "share");
  assert.equal(answerTo("POST", "navigate", `${HERE}/`, HERE), "network");
  assert.equal(answerTo("GET", "navigate", `${HERE}/share`, HERE), "network");
});

test("the build before is kept for pages that are open still, older ones are not", () => {
  const names = ["others", cacheOf("1"), cacheOf("2"), cacheOf("3")];
  assert.deepEqual(outdated(names, "3"), [cacheOf("1")]);
  assert.deepEqual(outdated(names.slice(0, 2), "1"), []);
  assert.deepEqual(outdated([cacheOf("2"), cacheOf("1")], "1"), []);
  assert.deepEqual(outdated([], "1"), []);
});

test("a page of another build is not kept with the parts of this one", () => {
  const page = '<link href="/assets/main-1.css"><script src="/assets/main-2.js"></script>';
  assert.ok(isOfBuild(page, ["/assets/main-1.css", "/assets/main-2.js"]));
  assert.ok(!isOfBuild(page, ["/assets/main-1.css", "/assets/main-3.js"]));
});
