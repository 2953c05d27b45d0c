import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url, fromHex, fromJson, sameBytes, toBase32, toBase64url, toHex, utf8 } from "../../src/secure/encoding.ts";

test("base64url as in RFC 4648, section 10, without padding", () => {
  const known = { "": "", f: "Zg", fo: "Zm8", foo: "Zm9v", foob: "Zm9vYg", fooba: "Zm9vYmE", foobar: "Zm9vYmFy" };
  for (const [plain, coded] of Object.entries(known)) {
    assert.equal(toBase64url(utf8(plain)), coded);
    assert.deepEqual(fromBase64url(coded), utf8(plain));
  }
  assert.equal(toBase64url(fromHex("fbff")), "-_8");
});

test("only the canonical base64url is read", () => {
  for (const text of ["Zg==", "Zh", "Z", "Zm9", "+/8", "Zg\n", "ü"]) assert.equal(fromBase64url(text), null, text);
});

test("base32 as in RFC 4648, section 10, in lower case", () => {
  assert.equal(toBase32(utf8("fooba")), "mzxw6ytb");
  assert.equal(toBase32(fromHex("ffffffffff0000000000")), "7777777700000000".replaceAll("0", "a"));
});

test("hexadecimal there and back", () => {
  assert.equal(toHex(fromHex("00ff10")), "00ff10");
});

test("bytes are the same if all of them are", () => {
  assert.ok(sameBytes(utf8("ab"), utf8("ab")));
  assert.ok(!sameBytes(utf8("ab"), utf8("ac")));
  assert.ok(!sameBytes(utf8("ab"), utf8("abc")));
});

test("what is no JSON says nothing", () => {
  assert.deepEqual(fromJson('{"t":"pong"}'), { t: "pong" });
  for (const text of ["", "{", "pong"]) assert.equal(fromJson(text), null, text);
});
