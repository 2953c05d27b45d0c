"""Make tests/vectors/spaces.json: what members of a sealed space derive, blind, seal and write down.

`python -m tests.vectors.make_spaces` writes it, with this implementation; tests/unit/pypeer/spaces/test_vectors.py
computes the same with nothing but HMAC and AES-GCM.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.finding.found import handle_of
from pypeer.library.forms import Listed
from pypeer.library.place import Place, in_space, in_the_open
from pypeer.secure.encoding import b64
from pypeer.spaces.blinding import Blinder, rank
from pypeer.spaces.boxes import Boxes, SealedFile, SealedLibrary
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.shelf import seal_key, shelf_token
from pypeer.spaces.space import Space
from signaling.protocol.listed import Reach
from signaling.protocol.spaces import KeyBox
from signaling.protocol.words import words

FILE = Path(__file__).with_name("spaces.json")
KEY = bytes(range(32))
OWNER = bytes(range(64, 96))
ROOT = bytes(range(128, 160))
SECRET = bytes(range(160, 192))

TEXTS = [
    "",
    "Blue_Moon (live).mp3",
    "IMG-20190704 WA0001.JPG",
    "Été à la plage.jpeg",
    "Cafe\u0301 cre\u0301me",
    "\u0391\u0393\u0399\u039f\u03a3 \u03bf\u03b4\u03cc\u03c2.txt",
    "Стра́нный файл №7",
    "İstanbul ISPARTA",
    "Straße 5½ x²",
    "日本語のファイル.pdf",
    "한국어 파일",
    "हिन्दी फ़ाइल",
    "שָׁלוֹם עולם",
    "a\u200bb a\u00adb a\tb",
    "moon mo Moon",
    "👩‍👩‍👧 party🎉2019",
    "x" * 40,
    "GRO\u1e9e \u017fo \u0131I \u13a0\uab70",
]
NAMES = [
    ("", "a"),
    ("", "notes.txt"),
    ("Music/Jazz 1959", "Blue_Moon (live).mp3"),
    ("Été", "été.jpg"),
    ("deep/er/and/deep/er", "one two three four five six seven eight nine ten eleven.tar.gz"),
]
SEARCHES = ["", "b", "blue", "blue moon liv", "live.MP3 Blue", "extraordinary", "jazz", "été", "x " * 30]
RANKED = [
    ("blue moon", "", "Blue Moon.mp3"),
    ("blue moo", "", "Blue Moon.mp3"),
    ("moon blue", "", "blue moon"),
    ("jazz blue", "Jazz", "Blue Moon.mp3"),
    ("blue jazz", "Jazz", "Blue Moon.mp3"),
    ("blue jaz", "Jazz", "Blue Moon.mp3"),
    ("jaz blue", "Jazz", "Blue Moon.mp3"),
    ("extraordinarily", "", "extraordinary"),
    ("moon", "", "blue"),
    ("-", "", "-"),
]


LIBRARY = "3L7UB-PmtgW5noMG"
SIZES = (0, 12, 4194304, 2**53 - 1, 7)


def nonce(size: int) -> bytes:
    """ "Randomness" that tests know."""
    return bytes(range(200, 200 + size))


def published(keys: SpaceKeys) -> dict[str, Any]:
    """What the server is told by whoever publishes in a space, in the open, and for contacts."""
    led = (KeyBox(shelf_token(SECRET, OWNER), seal_key(SECRET, OWNER, keys, nonce)),)
    about = ("Ada's shelf", "All of it", True, Reach.OPEN)
    plain = ("Полка", "", False, None)
    space = Space("Family", keys)
    places = {
        "open": in_the_open(*about),
        "openPlain": in_the_open(*plain),
        "sealed": in_space(space, OWNER, *plain, entropy=nonce),
        "forContacts": in_space(space, OWNER, *about, led, nonce),
    }
    return {
        "about": _named(about),
        "plain": _named(plain),
        "files": [
            {"path": f"{at}/{name}".lstrip("/"), "size": size} for (at, name), size in zip(NAMES, SIZES, strict=True)
        ],
        "published": {name: _said(place.publish) for name, place in places.items()},
        "announced": {name: _announced(places[name]) for name in ("open", "sealed")},
        "passwords": {name: place.password(LIBRARY).decode() for name, place in places.items()},
    }


def _named(about: tuple[str, str, bool, Reach | None]) -> dict[str, Any]:
    return dict(zip(("name", "description", "asks", "reach"), about, strict=True))


def _announced(place: Place) -> dict[str, Any]:
    """All files in one message, which takes back two others."""
    files = [(n, Listed(f"{at}/{name}".lstrip("/"), SIZES[n], ROOT)) for n, (at, name) in enumerate(NAMES)]
    numbers, make = place.form.fill(files, len(files))
    assert numbers == tuple(range(len(files)))
    return _said(make(LIBRARY, (7, 9), True))


def _said(message: msgspec.Struct) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(message)
    return {name: value for name, value in told.items() if name != "id"}


def build() -> dict[str, Any]:
    """All vectors of this file."""
    keys = SpaceKeys(KEY)
    blinder = Blinder(keys)
    boxes = Boxes(keys, OWNER, nonce)
    return {
        "key": b64(KEY),
        "words": [{"text": text, "words": words(text)} for text in TEXTS],
        "tag": keys.tag,
        "tokens": [{"folder": folder, "name": name, "tokens": blinder.tokens(folder, name)} for folder, name in NAMES],
        "searches": [{"words": words, "groups": blinder.groups(words)} for words in SEARCHES],
        "ranks": [
            {"words": words, "folder": at, "name": name, "rank": rank(words, at, name)} for words, at, name in RANKED
        ],
        "files": [{"root": ROOT.hex(), "handle": handle_of(ROOT), "tag": keys.file_tag(handle_of(ROOT))}],
        "passwords": [{"library": LIBRARY, "password": keys.password(LIBRARY).decode()}],
        "boxes": {
            "owner": b64(OWNER),
            "nonce": b64(nonce(12)),
            "files": [
                {"folder": folder, "name": name, "size": size, "root": b64(ROOT), "box": box}
                for (folder, name), size in zip(NAMES, SIZES, strict=True)
                for box in (boxes.file(SealedFile(folder, name, size, b64(ROOT))),)
            ],
            "libraries": [
                {"name": name, "description": text, "box": boxes.library(SealedLibrary(name, text))}
                for name, text in (("Ada's shelf", ""), ("Полка", "всё, что есть\n" * 9))
            ],
        },
        "shelf": {
            "secret": b64(SECRET),
            "owner": b64(OWNER),
            "nonce": b64(nonce(12)),
            "token": shelf_token(SECRET, OWNER),
            "box": seal_key(SECRET, OWNER, keys, nonce),
        },
        "publishing": published(keys),
        "links": [{"name": name, "link": Space(name, keys).link} for name in ("Family", "Familie & Freunde", "家族/2")],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
