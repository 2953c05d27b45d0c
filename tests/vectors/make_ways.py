"""Make tests/vectors/ways.json: how a path is called, in all cases: `python -m tests.vectors.make_ways`."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from pypeer.connect.ways import Facts, way_of
from pypeer.links.link import Scope

FILE = Path(__file__).with_name("ways.json")


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    flags = [
        {"asked": asked, "mapped": mapped, "bare": bare, "predicted": predicted}
        for asked, mapped, bare, predicted in product((False, True), repeat=4)
    ]
    relayed = [{"scope": "relay", "relay": relay, **flags[0]} for relay in ("", "udp", "tcp", "tls")]
    direct = [{"scope": scope, "relay": "", **each} for scope in ("machine", "network", "internet") for each in flags]
    return [{"facts": facts, "way": way_of(parse(facts))} for facts in (*relayed, *direct)]


def parse(facts: dict[str, Any]) -> Facts:
    """Facts from their JSON form."""
    return Facts(**{**facts, "scope": Scope(facts["scope"])})


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
