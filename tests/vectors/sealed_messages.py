"""Messages of sealed spaces, for tests/vectors/signaling.json (see make_signaling)."""

from typing import Any

KEY = "A" * 42 + "8"
TAG = "A" * 21 + "Q"
TOKEN = "abcdefg2"
KEY_BOX = [TAG, "x" * 80]
SHELF = {"library": "abc", "peer": KEY, "box": "QUJD"}
HIT = {"tag": TAG, "box": "QUJD", "sources": [0], "count": 1}

CLIENT: dict[str, dict[str, Any]] = {
    "sealed-publish": {"id": 1, "space": TAG, "box": "QUJD"},
    "sealed-announce": {"id": 1, "library": "abc"},
    "sealed-search": {"id": 1, "space": TAG},
    "sealed-peers": {"id": 1, "space": TAG},
    "sealed-browse": {"id": 1, "space": TAG, "library": "abc"},
    "keys": {"id": 1},
}
SERVER: dict[str, dict[str, Any]] = {
    "sealed-found": {"seq": 1, "re": 1},
    "sealed-here": {"seq": 1, "re": 1},
    "sealed-listing": {"seq": 1, "re": 1},
    "keyring": {"seq": 1, "re": 1},
}
GOOD: dict[str, list[dict[str, Any]]] = {
    "sealed-publish": [
        {"ask": True, "reach": "open"},
        {"reach": None},
        {"box": "x" * 12288},
        {"keys": [KEY_BOX]},
    ],
    "sealed-announce": [
        {"files": [[0, TAG, "", "QUJD"], [2**32 - 1, TAG, TOKEN * 64, "x" * 12288]]},
        {"gone": [0] * 4096, "whole": True},
    ],
    "sealed-search": [
        {"words": [[TOKEN], [TOKEN, TOKEN]] * 8, "skip": 950, "limit": 50},
        {"tag": TAG, "words": []},
        {"tag": None},
    ],
    "sealed-peers": [{"after": "a" * 32}, {"after": None}],
    "sealed-browse": [{"after": 2**53 - 1}],
    "sealed-found": [
        {"hits": [HIT, {**HIT, "sources": []}], "libraries": [SHELF], "more": True},
        {"libraries": [{**SHELF, "ask": True, "reach": "varying", "files": 1, "whole": True, "away": True}]},
    ],
    "sealed-here": [{"libraries": [SHELF], "more": True}],
    "sealed-listing": [{"files": [[0, "QUJD"]], "more": True}],
    "keys": [{"tokens": [TAG]}],
    "keyring": [{"keys": [KEY_BOX]}],
}
BAD: dict[str, list[dict[str, Any]]] = {
    "sealed-publish": [
        {"space": TAG[:-1]},
        {"space": TAG + "\n"},
        {"box": ""},
        {"box": "a+b"},
        {"box": "ab\n"},
        {"box": "x" * 12289},
        {"reach": "far"},
        {"keys": [[TAG, "x" * 81]]},
        {"keys": [[TAG[:-1], "x" * 80]]},
    ],
    "sealed-announce": [
        {"library": ""},
        {"files": [[0, TAG, TOKEN]]},
        {"files": [[0, TAG[:-1], TOKEN, "QUJD"]]},
        {"files": [[0, TAG, TOKEN[:-1], "QUJD"]]},
        {"files": [[0, TAG, TOKEN + "a", "QUJD"]]},
        {"files": [[0, TAG, TOKEN.upper(), "QUJD"]]},
        {"files": [[0, TAG, TOKEN * 65, "QUJD"]]},
        {"files": [[-1, TAG, TOKEN, "QUJD"]]},
        {"files": [[0, TAG, TOKEN, ""]]},
        {"gone": [-1]},
    ],
    "sealed-search": [
        {"space": "x"},
        {"words": [[]]},
        {"words": [[TOKEN] * 3]},
        {"words": [[TOKEN]] * 17},
        {"words": [["word"]]},
        {"words": "words"},
        {"tag": "x"},
        {"skip": 951},
        {"limit": 51},
    ],
    "sealed-browse": [{"after": -1}, {"library": "a b"}, {"space": ""}],
    "sealed-found": [{"hits": [{"tag": TAG}]}, {"libraries": [{**SHELF, "peer": "x"}]}],
    "sealed-listing": [{"files": [[0]]}],
    "keys": [{"tokens": [TAG] * 257}, {"tokens": ["x"]}],
    "keyring": [
        {"keys": [[TAG]]},
    ],
}
