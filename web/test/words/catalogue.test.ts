import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { compile } from "../../catalogue.mjs";
import { duration } from "../../src/ui/format.ts";
import * as shown from "../../src/ui/texts.ts";
import { SOURCE, speak, spokenMessage, texts } from "../../src/words/catalogue.ts";

const german = compile({ share: { title: "Gib diesen Code weiter", guesses: "{wrong, number} von 3 falsch." }, transfer: "?", time: { minutes: "{n, number} Min." } });

afterEach(() => speak(SOURCE, {}));

test("texts are those of the language that is spoken when they are read", () => {
  const { share } = shown;
  assert.equal(share.title, "Pass on this code");
  speak(SOURCE, german);
  assert.equal(share.title, "Gib diesen Code weiter");
  assert.equal(share.guesses({ wrong: 2 }), "2 von 3 falsch.");
  assert.equal(duration(1200), "20 Min.");
});

test("what a language lacks is said in English", () => {
  speak(SOURCE, german);
  assert.equal(shown.share.lead, "Say it, send the link, or let a phone scan the picture.");
  assert.equal(shown.transfer.pause, "Pause");
  assert.equal(texts.home.points.lock.title, "Sealed by the code");
  speak(SOURCE, { share: { title: { deeper: "no text" } } });
  assert.equal(shown.share.title, "Pass on this code");
});

test("what no language has is a mistake of the page", () => {
  assert.throws(() => spokenMessage(["share", "none"]), /share\.none/);
});
