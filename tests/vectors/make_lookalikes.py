"""Make tests/vectors/lookalikes.json, names and what, and whom, they look like.

`python -m tests.vectors.make_lookalikes`
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.lookalike import is_mixed, skeleton
from pypeer.contacts.marking import Likeness
from pypeer.contacts.naming import imitated
from pypeer.contacts.standing import Standing

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
    *(
        "",
        "\u2460",
        "R2-D2",
        "\u6771a",
        "\uff21\u0434\u0430",
        "\u2126mega",
        "\u039f\u0394\u039f\u03a3",
        "\U0001f600 \U00010410",
    ),
)


CONTACTS: Final = tuple(
    Contact(hashlib.sha256(name.encode()).digest(), bytes(32), name, standing, 1.0, 1.0)
    for name, standing in (
        ("Ada Lovelace", Standing.ASK),
        ("Bob", Standing.ALWAYS),
        ("Bob 2", Standing.ASK),
        ("B\u043eb", Standing.ASK),
        ("Carl", Standing.MET),
        ("Dora", Standing.BLOCKED),
        ("Morning", Standing.ASK),
    )
)
STRANGER: Final = Contact(bytes(32), bytes(32), "", Standing.MET, 1.0, 1.0)

CLAIMS: Final = (
    *((name, STRANGER) for name in ("Bob", "b0B", "Bob2", "Robert", "Carl", "Dora", "Moming", CONTACTS[0].short)),
    ("Bob", CONTACTS[1]),
    ("\u0410d\u0430 L\u043evelace", CONTACTS[1]),
    ("", STRANGER),
)


def build() -> dict[str, Any]:
    """Names, each with its skeleton, and whether a word of it mixes alphabets; and whom names are taken for."""
    likeness = Likeness(CONTACTS)
    return {
        "names": [{"name": name, "skeleton": skeleton(name), "mixed": is_mixed(name)} for name in NAMES],
        "contacts": [
            {
                "peer": each.peer,
                "short": each.short,
                "name": each.name,
                "standing": each.standing.value,
                "imitated": imitated(each, CONTACTS),
            }
            for each in CONTACTS
        ],
        "claims": [{"name": name, "peer": who.peer, "alike": likeness.of(name, who.peer)} for name, who in CLAIMS],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
