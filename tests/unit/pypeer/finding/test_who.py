"""Whom a person means."""

import pytest

from pypeer.errors import AbsentError, AmbiguousError
from pypeer.finding import found, who
from tests.unit.pypeer.finding.samples import PEERS, SHORTS, shelf

HERE = [
    found.library(each)
    for each in (shelf(0, "Films"), shelf(0, "Music", "other"), shelf(1, "Films"), shelf(2, SHORTS[1]), shelf(3, "A/B"))
]


@pytest.mark.parametrize(
    ("text", "libraries"),
    [
        (PEERS[1], ["lib1"]),
        (PEERS[0], ["lib0", "other"]),
        (SHORTS[1], ["lib1"]),
        (SHORTS[1].lower().replace(" ", "-"), ["lib1"]),
        ("music", ["other"]),
        ("films", ["lib0", "lib1"]),
        (f"{SHORTS[0]}/music", ["other"]),
        (f"{PEERS[0]}/Films", ["lib0"]),
        ("A/B", ["lib3"]),
    ],
)
def test_matching(text: str, libraries: list[str]) -> None:
    assert [each.library for each in who.matching(HERE, text)] == libraries


@pytest.mark.parametrize("text", ["nobody", "", f"{SHORTS[0]}/Nothing", "a" * 32])
def test_nobody(text: str) -> None:
    with pytest.raises(AbsentError, match="pypeer peers"):
        who.matching(HERE, text)


def test_the_only_one() -> None:
    assert who.one_peer(HERE, PEERS[0]) == PEERS[0]
    assert who.one_library(HERE, "music").library == "other"


def test_several_are_listed() -> None:
    with pytest.raises(AmbiguousError) as caught:
        who.one_peer(HERE, "films")
    assert all(f"{SHORTS[number]} / Films" in str(caught.value) for number in (0, 1))
    with pytest.raises(AmbiguousError, match="Music"):
        who.one_library(HERE, SHORTS[0])
    many = [found.library(shelf(0, "x", f"l{number}")) for number in range(20)]
    with pytest.raises(AmbiguousError, match="and 12 more"):
        who.one_library(many, "x")
