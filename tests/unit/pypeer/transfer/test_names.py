"""Hostile and odd names. The vectors are for other languages too."""

import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pypeer.protocol import limits
from pypeer.protocol.messages import Entry
from pypeer.transfer import names
from pypeer.transfer.names import ManifestError, Mapper, map_entries, numbered, safe_name
from tests.vectors import make_names

VECTORS: dict[str, Any] = json.loads(Path(make_names.FILE).read_text("utf-8"))
IMPOSSIBLE = [
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a/./b",
    "..",
    ".",
    "a//b",
    "a/",
    "/",
    "",
    "a\0b",
    "C:/x",
    "c:\\x",
    "C:",
]
NASTY = st.text(
    st.sampled_from("aAbß\u00e9e\u0301.. _()12/\\:\u202e\u200b\u0000\x1f\U0001f600\u0131\u0130\ufb01CONcon"),
    min_size=1,
    max_size=12,
)


def entries(*paths: str) -> list[Entry]:
    return [Entry(path=path.rstrip("/"), folder=path.endswith("/")) for path in paths]


@pytest.mark.parametrize("vector", VECTORS["names"], ids=lambda v: v["name"][:20].encode("unicode_escape").decode())
def test_name_vectors(vector: dict[str, str]) -> None:
    assert safe_name(vector["name"]) == vector["safe"]


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda v: v["about"])
def test_tree_vectors(vector: dict[str, Any]) -> None:
    assert make_names.mapped(vector["paths"], vector["fold"]) == vector["mapped"]


def test_vectors_are_what_the_code_makes() -> None:
    assert make_names.build() == VECTORS


@pytest.mark.parametrize("path", IMPOSSIBLE)
def test_impossible_paths(path: str) -> None:
    with pytest.raises(ManifestError, match="impossible path"):
        Mapper().map(path, folder=False)
    with pytest.raises(ManifestError, match="impossible path"):
        Mapper().map(path, folder=True)


@pytest.mark.parametrize(
    ("paths", "text"),
    [
        (("a", "a"), "twice"),
        (("a/", "a/"), "twice"),
        (("a", "a/"), "twice"),
        (("a/", "a"), "twice"),
        (("a/b", "a"), "twice"),
        (("a", "a/b"), "as a folder"),
        (("a/", "a/b", "a/b/c/d"), "as a folder"),
    ],
)
def test_contradictions(paths: tuple[str, ...], text: str) -> None:
    with pytest.raises(ManifestError, match=text):
        map_entries(entries(*paths))


def test_messages_show_no_control_characters_and_stay_short() -> None:
    with pytest.raises(ManifestError) as caught:
        Mapper().map("/\x1b[2J\u202e" + "x" * 5000, folder=False)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_case_may_tell_names_apart() -> None:
    assert map_entries(entries("a", "A"), fold=False) == ["a", "A"]
    assert map_entries(entries("a", "A"), fold=True) == ["a", "A (2)"]
    composed, decomposed = "\u00e9", "e\u0301"
    assert map_entries(entries(composed, decomposed), fold=False) == [composed, f"{decomposed} (2)"]


def test_unlisted_folders_are_bounded() -> None:
    deep = "/".join("d" * 2000)
    with pytest.raises(ManifestError, match="too many nested folders"):
        map_entries(Entry(path=f"{number}/{deep}") for number in range(limits.ENTRIES_MAX))


def test_many_alike_are_quick() -> None:
    paths = ["a" + "".join(chr(0xE0020 + int(digit)) for digit in f"{i:05}") for i in range(20_000)]
    started = time.process_time()
    placed = map_entries(entries(*paths))
    assert placed[0] == "a_____"
    assert placed[-1] == "a_____ (20000)"
    assert time.process_time() - started < 5, "quadratic: a thousand times longer"


@given(st.lists(NASTY, max_size=30), st.booleans())
@example(["a", "a (2)", "A", "a\x01"], True)
def test_safe_unique_and_stable(paths: list[str], fold: bool) -> None:
    mapper = Mapper(fold)
    placed: list[tuple[str, bool]] = []
    for i, path in enumerate(paths):
        try:
            placed.append((mapper.map(path, folder=i % 3 == 0), i % 3 == 0))
        except ManifestError:
            continue
    assert len({names_key(place, fold) for place, _ in placed}) == len(placed)
    for place, _ in placed:
        check_safe(place)
    again = Mapper(fold)
    assert [again.map(place, folder) for place, folder in placed] == [place for place, _ in placed]


@given(st.text(min_size=1, max_size=600).filter(lambda t: "/" not in t))
def test_any_name(name: str) -> None:
    safe = safe_name(name)
    check_safe(safe)
    assert safe_name(safe) == safe
    assert safe_name(numbered(safe, 12345)) == numbered(safe, 12345)


def test_plain_names_are_the_quick_case_of_the_same_rule() -> None:
    for code in range(128):
        plain = names._PLAIN.fullmatch(chr(code)) is not None
        assert not plain or not names._bad(chr(code))


def names_key(place: str, fold: bool) -> str:
    composed = unicodedata.normalize("NFC", place)
    return composed.casefold() if fold else composed


def check_safe(place: str) -> None:
    for part in place.split("/"):
        assert part not in ("", ".", "..")
        assert 0 < len(part.encode()) <= 255
        assert part[-1] not in " ."
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") or c in '<>:"|?*\\' for c in part)
        assert part.partition(".")[0].rstrip(" ").upper() not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9")
