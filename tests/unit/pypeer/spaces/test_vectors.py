"""tests/vectors/spaces.json: held against this implementation, and against one of nothing but HMAC and AES-GCM."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.blinding import Blinder, rank
from pypeer.spaces.boxes import Boxes
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.shelf import open_key, shelf_token
from pypeer.spaces.space import parse_link
from signaling.protocol.words import words
from tests.vectors.make_spaces import build

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "vectors" / "spaces.json").read_text("utf-8")
)
KEYS = SpaceKeys(unb64(VECTORS["key"]))


def hkdf(info: bytes, length: int = 32) -> bytes:
    """RFC 5869 without salt, for up to 32 bytes."""
    prk = hmac.digest(bytes(32), unb64(VECTORS["key"]), hashlib.sha256)
    return hmac.digest(prk, info + b"\1", hashlib.sha256)[:length]


def token(text: str) -> str:
    mac = hmac.digest(hkdf(b"byway space word v1"), text.encode(), hashlib.sha256)
    return base64.b32encode(mac[:5]).decode().lower()


def test_they_are_those_of_this_implementation() -> None:
    assert json.loads(json.dumps(build())) == VECTORS


def test_the_tag_of_a_space() -> None:
    assert VECTORS["tag"] == b64(hkdf(b"byway space tag v1\n", 16)) == KEYS.tag


def test_tags_of_files() -> None:
    for case in VECTORS["files"]:
        handle = base64.b32encode(bytes.fromhex(case["root"])[:10]).decode().lower()
        mac = hmac.digest(hkdf(b"byway space word v1"), b"root\n" + handle.encode(), hashlib.sha256)
        assert (case["handle"], case["tag"]) == (handle, b64(mac[:16]))


def test_passwords() -> None:
    for case in VECTORS["passwords"]:
        proof = hmac.digest(hkdf(b"byway space ask v1"), case["library"].encode(), hashlib.sha256)
        assert case["password"] == f"space:{b64(proof)}"


@pytest.mark.parametrize("case", VECTORS["tokens"], ids=lambda case: case["name"])
def test_tokens_of_files(case: dict[str, str]) -> None:
    named, placed = words(case["name"]), words(case["folder"])
    whole = dict.fromkeys(token("=" + word) for word in [*named, *placed])
    begun = dict.fromkeys(token("^" + word[:n]) for word in named for n in range(2, 1 + min(8, len(word))))
    assert case["tokens"] == "".join(sorted([*whole, *begun][:64]))


def test_tokens_of_searches() -> None:
    for case in VECTORS["searches"]:
        sought = words(case["words"])[:16]
        groups = [[token("=" + word)] for word in sought]
        if sought and len(sought[-1]) > 1:
            groups[-1].append(token("^" + sought[-1][:8]))
        assert case["groups"] == groups


def test_ranks() -> None:
    wanted = [0, 1, 0, 2, 2, None, None, None, None, None]
    assert [case["rank"] for case in VECTORS["ranks"]] == wanted
    assert [rank(case["words"], case["folder"], case["name"]) for case in VECTORS["ranks"]] == wanted


def test_boxes() -> None:
    owner, nonce = unb64(VECTORS["boxes"]["owner"]), unb64(VECTORS["boxes"]["nonce"])
    aead = AESGCM(hkdf(b"byway space box v1\n" + owner))
    for case in VECTORS["boxes"]["files"]:
        plain = json.dumps([case["folder"], case["name"], case["size"], case["root"]], **COMPACT).encode()
        plain += b" " * (-len(plain) % 64)
        sealed = aead.encrypt(nonce, plain, b"byway space file v1\n" + owner)
        assert case["box"] == b64(nonce + sealed)
    for case in VECTORS["boxes"]["libraries"]:
        sealed = unb64(case["box"])
        plain = aead.decrypt(nonce, sealed[12:], b"byway space library v1\n" + owner)
        assert len(plain) % 64 == 0
        assert json.loads(plain) == [case["name"], case["description"]]


COMPACT: dict[str, Any] = {"separators": (",", ":"), "ensure_ascii": False}


def test_what_is_announced_to_members() -> None:
    told, boxes = VECTORS["publishing"], Boxes(KEYS, unb64(VECTORS["boxes"]["owner"]))
    assert told["published"]["sealed"]["space"] == VECTORS["tag"]
    assert boxes.open_library(told["published"]["sealed"]["box"]).name == told["plain"]["name"]
    entries = told["announced"]["sealed"]["files"]
    assert [number for number, *_ in entries] == list(range(len(VECTORS["tokens"])))
    for (_, tag, tokens, box), case in zip(entries, VECTORS["tokens"], strict=True):
        assert (tag, tokens) == (VECTORS["files"][0]["tag"], case["tokens"])
        assert boxes.open_file(box).folder == case["folder"]
    assert told["published"]["forContacts"]["keys"] == [[VECTORS["shelf"]["token"], VECTORS["shelf"]["box"]]]
    assert told["passwords"]["sealed"] == VECTORS["passwords"][0]["password"]


def test_links() -> None:
    for case in VECTORS["links"]:
        space = parse_link(case["link"])
        assert space is not None
        assert space.keys == KEYS
        key = unb64(VECTORS["key"])
        check = hashlib.sha256(b"byway space link v1\n" + key).digest()[:4]
        assert case["link"].endswith("/" + b64(key + check))
    assert Blinder(KEYS).groups("") == ()
    assert Boxes(KEYS, unb64(VECTORS["boxes"]["owner"])).open_file(VECTORS["boxes"]["files"][0]["box"]).name == "a"


def test_the_key_of_a_space_of_contacts() -> None:
    case = VECTORS["shelf"]
    secret, owner, box = (unb64(case[each]) for each in ("secret", "owner", "box"))
    assert case["token"] == b64(hmac.digest(secret, b"byway shelf v1\n" + owner, hashlib.sha256)[:16])
    assert case["token"] == shelf_token(secret, owner)
    key = hmac.digest(hmac.digest(bytes(32), secret, hashlib.sha256), b"byway shelf box v1\1", hashlib.sha256)
    assert box[:12] == unb64(case["nonce"])
    assert AESGCM(key).decrypt(box[:12], box[12:], owner) == KEYS.key == open_key(secret, owner, case["box"]).key
