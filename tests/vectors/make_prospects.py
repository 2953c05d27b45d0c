"""Make tests/vectors/prospects.json: when datagrams are hopeless: `python -m tests.vectors.make_prospects`."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from pypeer.connect.prospects import Side, is_barred
from pypeer.protocol.codes import Mapping

FILE = Path(__file__).with_name("prospects.json")

MAPPINGS = (Mapping.UNKNOWN, Mapping.BLOCKED)
FAMILIES = ((), (4,), (6,), (4, 6), (0,))


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    sides = [
        {"mapping": mapping, "families": list(families), "complete": complete}
        for mapping, families, complete in product(MAPPINGS, FAMILIES, (False, True))
    ]
    return [
        {"here": here, "there": there, "barred": is_barred(parse(here), parse(there))}
        for here, there in product(sides, sides)
    ]


def parse(side: dict[str, Any]) -> Side:
    """A side from its JSON form."""
    return Side(Mapping(side["mapping"]), frozenset(side["families"]), side["complete"])


if __name__ == "__main__":
    FILE.write_text("[\n" + ",\n".join(json.dumps(each) for each in build()) + "\n]\n", "utf-8")
