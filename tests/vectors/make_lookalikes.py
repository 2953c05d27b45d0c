"""Make tests/vectors/lookalikes.json, names and what they look like: `python -m tests.vectors.make_lookalikes`."""

import json
from pathlib import Path
from typing import Any, Final

from pypeer.contacts.lookalike import is_mixed, skeleton

FILE = Path(__file__).with_name("lookalikes.json")

NAMES: Final = (
    *(
        "Bob",
        "bob",
        "\u0412\u043eb",
        "B0b",
        "Bo b",
        "\uff22\uff4f\uff42",
        "\U0001d401ob",
        "Bob \u0418\u0432\u0430\u043d",
    ),
    *("Ian", "lan", "1an", "ian", "modern", "rnodern", "Zo\u00eb", "Zoe\u0308", "Zoe", "Stra\u00dfe", "STRASSE"),
    *("paypal", "\u0440\u0430\u0443\u0440\u0430l", "\u0418\u0432\u0430\u043d", "\u0386\u03c1\u03b7\u03c2", "\u13a0da"),
    *("\u6771\u4eac", "\u05d3\u05d5\u05d3", "\u0645\u062d\u0645\u062f", "Amber River", "Arnber  River"),
    *("", "\u2460", "R2-D2", "\u6771a"),
)


def build() -> list[dict[str, Any]]:
    """All names, each with its skeleton, and whether a word of it mixes alphabets."""
    return [{"name": name, "skeleton": skeleton(name), "mixed": is_mixed(name)} for name in NAMES]


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
