"""Make tests/vectors/reasons.json: reports without reasons, and the reasons: `python -m tests.vectors.make_reasons`."""

import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.protocol.report import REPORT_VERSION, ConnectionReport, reasons

FILE = Path(__file__).with_name("reasons.json")

HOST4 = {"kind": "host", "address": "192.168.1.2:5000", "family": 4}
HOST4B = {"kind": "host", "address": "10.0.0.2:6000", "family": 4}
HOST6 = {"kind": "host", "address": "[2001:db8::2]:5000", "family": 6}
HIDDEN = {"kind": "host", "address": "b4c5.local:5000"}
SRFLX_A = {"kind": "srflx", "address": "203.0.113.1:7000", "family": 4}
SRFLX_B = {"kind": "srflx", "address": "203.0.113.2:7000", "family": 4}
SRFLX_A2 = {"kind": "srflx", "address": "203.0.113.1:7001", "family": 4}
RELAY = {"kind": "relay", "address": "203.0.113.9:7000", "family": 4}

CASES: list[dict[str, Any]] = [
    {"outcome": "direct"},
    {"outcome": "mapped"},
    {"outcome": "reversed"},
    {"outcome": "punched", "local": [SRFLX_A], "remote": [SRFLX_B]},
    {"outcome": "failed"},
    {"outcome": "failed", "local": [HOST4], "remote": [HOST6]},
    {"outcome": "turn-udp", "local": [HOST4, RELAY], "remote": [HOST6, RELAY]},
    {"outcome": "failed", "local": [HOST4], "remote": [HIDDEN]},
    {"outcome": "failed", "local": [HOST4, SRFLX_A], "remote": [HOST4B, SRFLX_B], "networks": {"there": "random"}},
    {
        "outcome": "failed",
        "local": [SRFLX_A],
        "remote": [SRFLX_B],
        "networks": {"here": "random", "there": "sequential"},
    },
    {"outcome": "turn-udp", "local": [RELAY], "remote": [SRFLX_B], "networks": {"here": "blocked"}},
    {"outcome": "failed", "local": [HOST4], "remote": [HOST4B], "networks": {"here": "blocked", "there": "blocked"}},
    {"outcome": "failed", "local": [HOST4, SRFLX_A], "remote": [HOST4B, SRFLX_A2], "networks": {"here": "independent"}},
    {"outcome": "failed", "local": [HOST4, SRFLX_A], "remote": [HOST4B, SRFLX_B], "networks": {"here": "independent"}},
    {"outcome": "predicted", "local": [SRFLX_A], "remote": [SRFLX_B], "networks": {"here": "sequential"}},
    {"outcome": "failed", "relays": [{"relay": "turn:203.0.113.9:3478?transport=udp", "code": 486}]},
    {"outcome": "failed", "relays": [{"relay": "stun:203.0.113.9:3478", "code": 701}]},
    {"outcome": "websocket", "local": [HOST4], "remote": [HOST4B]},
]


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    return [
        {"report": case, "relay_only": relay_only, "reasons": [each.value for each in reasons(parse(case), relay_only)]}
        for case in CASES
        for relay_only in (False, True)
    ]


def parse(case: dict[str, Any]) -> ConnectionReport:
    """A report from its JSON form."""
    return msgspec.convert({"v": REPORT_VERSION, **case}, ConnectionReport)


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
