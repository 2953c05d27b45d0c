"""Make tests/vectors/troubles.json: why relays cannot be used, in words: `python -m tests.vectors.make_troubles`."""

import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.connect import trouble
from pypeer.connect.servers import Relay, Transport
from pypeer.connect.turn import words
from pypeer.protocol import sentences

FILE = Path(__file__).with_name("troubles.json")

RELAYS = (
    Relay("turn.example", 3478, Transport.UDP, "u", "p"),
    Relay("192.0.2.1", 3478, Transport.TCP, "u", "p"),
    Relay("2001:db8::1", 443, Transport.TLS, "u", "p"),
)

UNSAID = 599
"""No error of TURN."""

ADDRESS = "wss://byway.example/relay"


def build() -> dict[str, list[dict[str, Any]]]:
    """All vectors of this file: what is said of relays of TURN, and of that in a WebSocket."""
    refused = [
        trouble.refused(relay, code, words.meaning(code))
        for relay in RELAYS
        for code in (*sentences.TURN_MEANINGS, UNSAID)
    ]
    closed = [trouble.of_websocket(ADDRESS, code, "detail") for code in (0, 1006, *sentences.RELAY_CLOSES)]
    silent = [trouble.unreachable(relay, TimeoutError()) for relay in RELAYS]
    unknown = [trouble.unknown(relay) for relay in RELAYS]
    made = {"refused": refused, "silent": silent, "unknown": unknown, "websocket": closed}
    return {kind: [msgspec.to_builtins(each) for each in found] for kind, found in made.items()}


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
