"""Make tests/vectors/peer.json: messages between peers, valid and not: `python -m tests.vectors.make_peer`.

Each has the group of the schema it belongs to. What is valid for the Python types must be valid for schema.json, and
the other way round; the tests of each language check that.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("peer.json")

HASH = "0123456789abcdef" * 4
ENTRY: dict[str, Any] = {"path": "a/b.txt", "size": 5, "mtime": 1700000000000, "exec": True, "root": HASH}
SIG = "A" * 86
KEY = "A" * 42 + "8"

VALID: dict[str, list[dict[str, Any]]] = {
    "ControlMessage": [
        {"t": "hello", "v": 1, "client": "x/1", "frame": 65536},
        {"t": "hello", "v": 2, "client": "", "frame": 16384, "caps": ["swarm"], "unknown": {"ignored": [1]}},
        {"t": "offer", "files": 0, "folders": 1, "bytes": 0},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 2**53 - 1, "title": "x" * 256, "text": True},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 5, "swarm": True},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 5, "partial": True},
        {"t": "helper", "code": "7-guitar-sunset"},
        {"t": "have", "chunks": []},
        {"t": "have", "chunks": [0, 0, 7, 4294967295, 1, 2]},
        {"t": "list", "start": 0},
        {"t": "entries", "start": 0, "entries": [], "last": True},
        {"t": "entries", "start": 4294967295, "entries": [ENTRY, {"path": "a", "folder": True}]},
        {"t": "entries", "start": 0, "entries": [{"path": "../\u202e\x01", "mtime": -1}]},
        {"t": "entries", "start": 0, "entries": [{"path": "a", "mtime": 1, "ns": 999_999, "holes": [0, 1, 3, 9]}]},
        {"t": "accept", "files": 1, "bytes": 5, "have": 3},
        {"t": "decline"},
        {"t": "decline", "code": "no-space", "message": "full"},
        {"t": "refuse", "request": 0, "code": "file-changed"},
        {"t": "ask-root", "file": 0},
        {"t": "root", "file": 0, "root": HASH},
        {"t": "root", "file": 0, "code": "file-vanished"},
        {"t": "progress", "bytes": 0, "files": 0},
        {"t": "pause"},
        {"t": "resume"},
        {"t": "done", "files": 1, "bytes": 5, "failed": 1},
        {"t": "cancel"},
        {"t": "cancel", "code": "protocol", "message": "x" * 512},
    ],
    "SealedMessage": [
        {"t": "meet", "v": 1, "client": "x/1", "sig": SIG, "name": "Zoë"},
        {
            "t": "preview",
            "files": 3,
            "folders": 1,
            "bytes": 70,
            "title": "x",
            "entries": [ENTRY, {"path": "a", "folder": True}],
        },
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "text": True},
        {"t": "invite", "name": "x" * 64, "key": "A" * 43},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "serve": "A" * 22},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "by": {"delegation": "A" * 238, "name": "Zoë"}},
        {"t": "delegate", "serve": "A" * 22},
        {
            "t": "delegate",
            "serve": "-" * 22,
            "delegation": "A" * 246,
            "words": "guitar-sunset",
            "times": 1,
            "guesses": 2,
        },
        {"t": "want"},
        {"t": "want", "files": [{"root": "0" * 64, "name": "x" * 255}] * 24, "why": "for the party"},
        {"t": "want", "folder": ""},
        {"t": "description", "link": 0, "kind": "offer", "sdp": "v=0"},
        {"t": "candidate", "link": 1, "candidates": ["candidate:1 1 udp 1 192.0.2.1 9 typ host"]},
        {"t": "candidate", "link": 1, "candidates": []},
        {"t": "network", "link": 0, "mapping": "random"},
        {"t": "meet", "v": 1, "client": "x/1", "sig": SIG, "caps": ["relay"]},
        {"t": "relay", "link": 0, "key": KEY},
        {"t": "tcp", "link": 0},
        {
            "t": "tcp",
            "link": 3,
            "certificate": "MIHw",
            "candidates": ["candidate:th0 1 tcp 1 192.0.2.1 9 typ host tcptype passive"],
        },
        {"t": "part"},
        {"t": "part", "code": "cancelled", "message": "bye"},
    ],
}
INVALID: dict[str, list[dict[str, Any]]] = {
    "ControlMessage": [
        {},
        {"t": "Hello", "v": 1, "client": "x", "frame": 65536},
        {"t": "hello", "v": 1, "client": "x"},
        {"t": "hello", "v": "1", "client": "x", "frame": 65536},
        {"t": "hello", "v": 1, "client": "x", "frame": 16383},
        {"t": "hello", "v": 1, "client": "x" * 65, "frame": 65536},
        {"t": "hello", "v": 1, "client": "x", "frame": 65536, "caps": ["Not OK"]},
        {"t": "offer", "files": -1, "folders": 0, "bytes": 0},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 2**53},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 0, "title": "x" * 257},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 0, "text": 1},
        {"t": "offer", "files": 1, "folders": 0, "bytes": 0, "swarm": "yes"},
        {"t": "helper"},
        {"t": "helper", "code": "x" * 1000},
        {"t": "have"},
        {"t": "have", "chunks": [-1, 0, 1]},
        {"t": "list", "start": 2**32},
        {"t": "list", "start": 1.5},
        {"t": "list", "start": None},
        {"t": "entries", "start": 0, "entries": [{"path": ""}]},
        {"t": "entries", "start": 0, "entries": [{"path": "x" * 4097}]},
        {"t": "entries", "start": 0, "entries": [{"path": "x", "size": -1}]},
        {"t": "entries", "start": 0, "entries": [{"path": "x", "root": "A" * 64}]},
        {"t": "entries", "start": 0, "entries": [{"path": "x", "root": "0" * 63}]},
        {"t": "entries", "start": 0, "entries": [{"path": "x"}] * 1001},
        {"t": "entries", "start": 0, "entries": {}},
        {"t": "refuse", "request": 0, "code": "because"},
        {"t": "refuse", "request": 0},
        {"t": "root", "file": 0, "root": "0" * 65},
        {"t": "cancel", "message": "x" * 513},
        {"t": "cancel", "code": ""},
        {"t": "meet", "v": 1, "client": "x/1", "sig": SIG},
    ],
    "SealedMessage": [
        {"t": "meet", "v": 1, "client": "x/1", "sig": "A" * 85},
        {"t": "meet", "v": 1, "client": "x/1", "sig": "+" * 86},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "serve": "A" * 21},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "by": {"name": "Zoë"}},
        {"t": "delegate"},
        {"t": "delegate", "serve": "../" * 7 + "A"},
        {"t": "delegate", "serve": "A" * 22, "words": "guitar"},
        {"t": "delegate", "serve": "A" * 22, "guesses": 0},
        {"t": "preview", "files": -1, "folders": 1, "bytes": 70},
        {"t": "preview", "files": 1, "folders": 0},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "entries": [{"path": "x"}] * 51},
        {"t": "preview", "files": 1, "folders": 0, "bytes": 5, "title": "x" * 257},
        {"t": "invite", "name": "", "key": "A" * 43},
        {"t": "invite", "name": "x" * 65, "key": "A" * 43},
        {"t": "invite", "name": "x", "key": "A" * 42},
        {"t": "invite", "name": "x", "key": "A" * 43 + "\n"},
        {"t": "invite", "name": "x"},
        {"t": "want", "files": [{"root": "0" * 64, "name": ""}]},
        {"t": "want", "files": [{"root": "0" * 63, "name": "x"}]},
        {"t": "want", "files": [{"root": "0" * 64, "name": "x"}] * 25},
        {"t": "want", "folder": "x" * 1025},
        {"t": "want", "why": "x" * 257},
        {"t": "description", "link": 0, "kind": "pranswer", "sdp": ""},
        {"t": "description", "link": 0, "kind": "offer", "sdp": "x" * 11_001},
        {"t": "candidate", "link": 0, "candidates": ["x"] * 65},
        {"t": "candidate", "link": 0, "candidates": ["x" * 513]},
        {"t": "candidate", "link": 0},
        {"t": "network", "link": 0, "mapping": "odd"},
        {"t": "network", "link": 0},
        {"t": "tcp", "link": -1},
        {"t": "tcp", "link": 0, "certificate": "A" * 2049},
        {"t": "tcp", "link": 0, "candidates": ["x"] * 65},
        {"t": "relay", "link": -1, "key": KEY},
        {"t": "relay", "link": 0, "key": KEY[1:]},
        {"t": "relay", "link": 0},
        {"t": "pause"},
    ],
}


def build() -> list[dict[str, Any]]:
    """All messages of this file."""
    return [
        {"group": group, "valid": valid, "message": message}
        for valid, groups in ((True, VALID), (False, INVALID))
        for group, messages in groups.items()
        for message in messages
    ]


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
