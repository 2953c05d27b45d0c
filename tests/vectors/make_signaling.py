"""Make tests/vectors/signaling.json: messages that the contract of the server allows, and others that it must not.

`python -m tests.vectors.make_signaling` writes it. The verdicts are written down here, not computed: Python decodes
each case, and each language checks it against schema.json.
"""

import json
from pathlib import Path
from typing import Any

from tests.vectors import sealed_messages as sealed

FILE = Path(__file__).with_name("signaling.json")

KEY = "A" * 42 + "8"
SIG = "A" * 85 + "A"
BODY = "QUJD"
HANDLE = "mfzwizltoq2dcnrq"
DELEGATION = "A" * 238
TOKEN = "AAECAwQFBgcICQoLDA0ODw"
SHELF = {"library": "abc", "peer": KEY, "name": "Music"}
HIT = {"root": KEY, "name": "a.txt", "size": 0, "kind": "text", "sources": [0], "count": 1}
DROP = object()
"""Takes a field away."""

CLIENT: dict[str, dict[str, Any]] = {
    "hello": {"v": 1, "client": "page/1", "key": KEY, "host": "localhost:8080", "sig": SIG},
    "open": {"id": 1},
    "shut": {"id": 1, "locator": "7"},
    "knock": {"id": 1, "locator": "7"},
    "signal": {"id": 1, "pair": "abc", "body": BODY},
    "leave": {"id": 1, "pair": "abc"},
    "report": {"id": 1, "pair": "abc", "outcome": "direct"},
    "renew": {"id": 1, "pair": "abc"},
    "publish": {"id": 1, "name": "Music"},
    "announce": {"id": 1, "library": "abc"},
    "withdraw": {"id": 1, "library": "abc"},
    "search": {"id": 1},
    "peers": {"id": 1},
    "browse": {"id": 1, "library": "abc"},
    "flag": {"id": 1, "library": "abc", "fault": "malware"},
    "ask": {"id": 1, "library": "abc"},
    "take": {"id": 1, "delegation": DELEGATION},
    "wait": {"id": 1},
    "call": {"id": 1, "ring": TOKEN},
    "ping": {"seen": 0},
    "bye": {},
}
SERVER: dict[str, dict[str, Any]] = {
    "challenge": {"v": 1, "nonce": KEY, "server": "byway/1"},
    "welcome": {
        "session": "abc", "token": "x", "resumed": False, "received": 0, "ping": 25, "idle": 60, "grace": 60,
        "server": "byway/1",
    },
    "ok": {"seq": 1, "re": 1},
    "opened": {"seq": 1, "re": 1, "locator": "7", "ttl": 60.5},
    "met": {"seq": 1, "re": 1, "pair": "abc", "peer": KEY},
    "renewed": {"seq": 1, "re": 1, "pair": "abc"},
    "published": {"seq": 1, "re": 1, "library": "abc", "most": 100000},
    "found": {"seq": 1, "re": 1},
    "here": {"seq": 1, "re": 1},
    "listing": {"seq": 1, "re": 1},
    "error": {"code": "unknown-locator", "message": "nobody waits under this code"},
    "asked": {"seq": 1, "pair": "abc", "library": "abc", "peer": KEY},
    "called": {"seq": 1, "pair": "abc", "token": TOKEN, "peer": KEY},
    "knocked": {"seq": 1, "pair": "abc", "locator": "7", "peer": KEY},
    "signaled": {"seq": 1, "pair": "abc", "body": BODY},
    "left": {"seq": 1, "pair": "abc"},
    "lapsed": {"seq": 1, "locator": "7"},
    "pong": {"received": 0},
    "restarting": {"reconnect_in": 1.5, "try_for": 300},
}  # fmt: skip

RELAY_CLIENT: dict[str, dict[str, Any]] = {"join": {"ticket": "x", "link": 0}}
RELAY_SERVER: dict[str, dict[str, Any]] = {"joined": {"bytes": 66560, "idle": 60}}

GOOD: dict[str, list[dict[str, Any]]] = {
    "hello": [
        {"resume": {"token": "x" * 256, "seen": 0}, "caps": ["a.b-1"] * 16},
        {"resume": None},
        {"v": 2},
        {"host": "x" * 261},
        {"client": ""},
        {"access": KEY},
        {"access": None},
    ],
    "open": [{"ttl": 30, "locator": "9999999"}, {"ttl": None}, {"ttl": 604800}, {"id": 2**53 - 1}],
    "take": [{"ttl": 30}, {"ttl": None}, {"delegation": "A" * 246}],
    "signal": [{"body": "-_" * 8192}, {"pair": "a" * 32}],
    "leave": [{"reason": ""}, {"reason": "a-1" * 21}],
    "report": [{"phases": {}}, {"phases": None}, {"phases": {"checked": 0.05, "opened": 0.2}}],
    "welcome": [
        {"ice": [{"urls": ["stun:a"], "username": "u", "credential": "c"}] * 16, "caps": ["x"]},
        {"ice": [{"urls": []}]},
    ],
    "error": [{"retry": True, "wait": 0.5, "re": 1, "seq": 1}, {"seq": None, "re": None, "wait": None}],
    "met": [
        {"relay": "x" * 256},
        {"relay": None},
        {"ice": [{"urls": ["turn:a?transport=tcp"], "username": "1:p/a", "credential": "c"}]},
        {"ice": []},
        {"ttl": 21600.5},
    ],
    "knocked": [
        {"ice": [{"urls": ["turns:[::1]:443"], "username": "1:p/b", "credential": "c"}] * 16},
        {"relay": "x"},
        {"ttl": 0},
    ],
    "renewed": [
        {"relay": "x", "ttl": 21600, "ice": [{"urls": ["turn:a"], "username": "u", "credential": "c"}]},
        {"ttl": None},
    ],
    "publish": [
        {"name": "x" * 64, "description": "x" * 256, "ask": True, "reach": "open"},
        {"reach": None},
    ],
    "announce": [
        {"folders": [["", [[0, "a", 0, KEY], [2**32 - 1, "x" * 255, 2**53 - 1, KEY]]], ["x" * 1024, []]]},
        {"gone": [0] * 4096, "whole": True},
    ],
    "search": [
        {"words": "x" * 128, "kind": "picture", "least": 0, "most": 2**53 - 1, "skip": 950, "limit": 50},
        {"handle": HANDLE, "peer": HANDLE * 2},
        {"handle": None, "kind": None, "least": None, "most": None, "peer": None},
    ],
    "peers": [{"after": "a" * 32}, {"after": None}],
    "browse": [{"path": "a/b", "after": "x" * 255}],
    "flag": [{"root": KEY, "note": "x" * 256}, {"fault": "other"}],
    "found": [
        {"hits": [HIT, {**HIT, "folder": "a/b", "sources": []}], "libraries": [SHELF], "more": True},
        {"libraries": [{**SHELF, "description": "", "ask": True, "reach": "varying", "files": 1, "whole": True}]},
        {"libraries": [{**SHELF, "bytes": 2**53 - 1, "away": True}]},
    ],
    "here": [{"libraries": [SHELF], "more": True}],
    "listing": [{"folders": [["a", 1, 2]], "files": [["b", 3, KEY]], "more": True}],
    "asked": [{"relay": "x", "ttl": 21600, "ice": [{"urls": ["turn:a"], "username": "u", "credential": "c"}]}],
    "wait": [{"tokens": []}, {"tokens": [TOKEN] * 256}],
    "called": [{"relay": "x", "ttl": 21600, "ice": [{"urls": ["turn:a"], "username": "u", "credential": "c"}]}],
    "left": [{"reason": "gone"}],
    "lapsed": [{"reason": "expired"}],
    "join": [{"ticket": "x" * 256, "link": 2**32 - 1}, {"bytes": 65536}, {"bytes": 263168}],
    "joined": [{"bytes": 65536, "idle": 0.5}],
}
"""Changes that are allowed."""

BAD: dict[str, list[dict[str, Any]]] = {
    "hello": [
        {"key": KEY[:-1]},
        {"key": KEY + "\n"},
        {"key": KEY[:-1] + "="},
        {"key": KEY[:-1] + "+"},
        {"sig": SIG + "A"},
        {"host": ""},
        {"host": "x" * 262},
        {"v": "1"},
        {"client": "x" * 65},
        {"caps": ["x"] * 17},
        {"caps": ["X"]},
        {"resume": {"token": ""}},
        {"resume": {"token": "x", "seen": -1}},
        {"resume": "x"},
        {"access": "correct horse"},
    ],
    "open": [
        {"id": 0},
        {"id": -1},
        {"id": 2**53},
        {"id": 1.5},
        {"id": "1"},
        {"id": True},
        {"id": None},
        {"ttl": 29.9},
        {"ttl": 604801},
        {"ttl": "60"},
        {"locator": 7},
    ],
    "publish": [{"name": ""}, {"name": "x" * 65}, {"description": "x" * 257}, {"reach": "far"}, {"ask": 1}],
    "announce": [
        {"library": ""},
        {"folders": [["x" * 1025, []]]},
        {"folders": [["a", [[0, "", 0, KEY]]]]},
        {"folders": [["a", [[0, "a", -1, KEY]]]]},
        {"folders": [["a", [[2**32, "a", 0, KEY]]]]},
        {"folders": [["a", [[0, "a", 0, KEY[:-1]]]]]},
        {"folders": [["a", [[0, "a", 0]]]]},
        {"folders": [["a"]]},
        {"gone": [-1]},
        {"gone": [0] * 4097},
    ],
    "search": [
        {"words": "x" * 129},
        {"handle": HANDLE[:-1]},
        {"handle": HANDLE.upper()},
        {"kind": "film"},
        {"least": -1},
        {"peer": HANDLE},
        {"skip": 951},
        {"limit": 0},
        {"limit": 51},
    ],
    "browse": [{"path": "x" * 1025}, {"after": "x" * 256}, {"library": "a b"}],
    "flag": [{"fault": "ugly"}, {"root": "x"}, {"note": "x" * 257}, {"fault": None}],
    "ask": [{"library": ""}, {"library": "x" * 33}],
    "wait": [{"tokens": [TOKEN] * 257}, {"tokens": [TOKEN[1:]]}, {"tokens": TOKEN}, {"tokens": None}],
    "call": [{"ring": TOKEN + "A"}, {"ring": TOKEN[1:] + "="}, {"ring": TOKEN + "\n"}],
    "called": [{"peer": "x"}, {"relay": ""}, {"ttl": -1}],
    "shut": [{"locator": "0"}],
    "knock": [
        {"locator": "07"},
        {"locator": ""},
        {"locator": "12345678"},
        {"locator": "7 "},
        {"locator": "7\n"},
        {"locator": "\n7"},
        {"locator": "\u0667"},
        {"locator": "7-guitar-sunset"},
    ],
    "take": [{"ttl": 29}, {"delegation": DELEGATION + "\n"}, {"delegation": "A" * 237}, {"delegation": "A" * 248}],
    "signal": [
        {"body": ""},
        {"body": "A" * 16385},
        {"body": "a+b"},
        {"body": "ab=="},
        {"body": "ab\n"},
        {"body": ["a"]},
        {"pair": ""},
        {"pair": "a" * 33},
        {"pair": "a/b"},
    ],
    "leave": [{"reason": "Not prose"}, {"reason": "x" * 65}, {"reason": None}],
    "report": [{"outcome": DROP}, {"outcome": "direct\n"}, {"phases": {"opened": -1}}, {"phases": [1]}],
    "renew": [{"id": 0}, {"pair": "a/b"}],
    "ping": [{"seen": -1}, {"seen": 2**53}],
    "challenge": [{"nonce": "short"}],
    "welcome": [
        {"resumed": 0},
        {"ping": -1},
        {"idle": 31536001},
        {"ice": [{"urls": "stun:a"}]},
        {"ice": [{}]},
        {"token": "x" * 257},
        {"session": ""},
    ],
    "ok": [{"seq": 0}, {"re": 0}],
    "opened": [{"locator": "x"}, {"ttl": -1}],
    "met": [
        {"relay": ""},
        {"relay": "x" * 257},
        {"peer": "x"},
        {"ice": {}},
        {"ice": [{"urls": ["turn:a"], "username": 1}]},
    ],
    "knocked": [{"relay": 1}, {"ice": [{"urls": []}] * 17}, {"ice": None}],
    "renewed": [{"re": 0}, {"pair": ""}, {"ttl": -1}, {"relay": ""}, {"ice": {}}],
    "error": [{"code": "made-up"}, {"code": None}, {"message": "x" * 513}, {"retry": 1}],
    "restarting": [{"reconnect_in": "soon"}],
    "join": [
        *({"ticket": text} for text in ("", "x" * 257)),
        *({"link": number} for number in (-1, 2**32, 0.5)),
        *({"bytes": number} for number in (65535, 2**30 + 1, None)),
    ],
    "joined": [{"bytes": 65535}, {"idle": -1}],
}
"""Changes that are not."""

OTHERS: list[Any] = [{}, [], "hello", 7, None, {"t": None}, {"t": 1}, {"t": "fly"}, {"type": "bye"}]
"""What is no message of either side."""


def build() -> dict[str, Any]:
    """All vectors of this file."""
    return {
        "client": cases(CLIENT | sealed.CLIENT),
        "server": cases(SERVER | sealed.SERVER),
        "relay-client": cases(RELAY_CLIENT),
        "relay-server": cases(RELAY_SERVER),
    }


def cases(types: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """For each type: as it is, with more than is known, without each required field, and with the changes above."""
    result = [{"message": other, "valid": False} for other in OTHERS]
    for kind, fields in types.items():
        base = {"t": kind, **fields}
        good = [{}, {"x-later": {"any": ["thing"]}}, *(GOOD | sealed.GOOD).get(kind, [])]
        bad = [*({name: DROP} for name in fields), *(BAD | sealed.BAD).get(kind, []), {"t": kind.upper()}]
        result += [{"message": change(base, changes), "valid": True} for changes in good]
        result += [{"message": change(base, changes), "valid": False} for changes in bad]
    return result


def change(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A message with some fields replaced, added or taken away."""
    return {name: value for name, value in {**base, **changes}.items() if value is not DROP}


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
