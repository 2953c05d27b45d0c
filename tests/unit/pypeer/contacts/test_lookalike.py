"""Names that look like others."""

import json
import unicodedata

import pytest

from pypeer.contacts.lookalike import is_mixed, skeleton
from tests.vectors import make_lookalikes


def test_vectors_are_what_this_implementation_makes() -> None:
    assert json.loads(make_lookalikes.FILE.read_text("utf-8")) == json.loads(json.dumps(make_lookalikes.build()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "\u0412\u043e\u0062"),
        ("Bob", "B0b"),
        ("Bob", "bO b"),
        ("Bob", "\uff22\uff4f\uff42"),
        ("Ian", "lan"),
        ("modern", "rnodern"),
        ("paypal", "\u0440\u0430\u0443\u0440\u0430l"),
        ("Zo\u00eb", "Zoe\u0308"),
        ("Anna's", "Anna\u2019s"),
    ],
)
def test_these_look_the_same(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anna"), ("Zo\u00eb", "Zoe"), ("Bob", "Rob"), ("\u6771", "\u897f")])
def test_these_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_what_looks_alike_stays_so_when_it_is_looked_at_again() -> None:
    for vector in make_lookalikes.build()["names"]:
        assert unicodedata.is_normalized("NFKD", vector["skeleton"])
        assert skeleton(vector["skeleton"]) == vector["skeleton"]


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("Bob", False),
        ("\u0412ob", True),
        ("Bob \u0418\u0432\u0430\u043d", False),
        ("R2-D2", False),
        ("\u6771 a", False),
        ("\uff21\u0434\u0430", True),
    ],
)
def test_a_word_in_two_alphabets_that_look_alike_is_noticed(name: str, mixed: bool) -> None:
    assert is_mixed(name) is mixed
