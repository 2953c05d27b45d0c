"""What of an offer is wanted."""

import pytest

from pypeer.errors import ChoiceError
from pypeer.protocol.messages import Entry
from pypeer.transfer.choosing import EVERYTHING, Choice

ENTRIES = [
    Entry(path="album", folder=True),
    Entry(path="album/photos", folder=True),
    Entry(path="album/photos/a.jpg", size=1),
    Entry(path="album/photos/b.raw", size=1),
    Entry(path="album/empty", folder=True),
    Entry(path="notes.txt", size=1),
    Entry(path="unlisted/deep/c.jpg", size=1),
]


def chosen(*patterns: str) -> list[str]:
    left_out = Choice(patterns).left_out(ENTRIES)
    return [entry.path for i, entry in enumerate(ENTRIES) if i not in left_out]


def test_without_patterns_all_is_wanted() -> None:
    assert EVERYTHING.left_out(ENTRIES) == frozenset()


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        (["*.jpg"], ["album", "album/photos", "album/photos/a.jpg", "unlisted/deep/c.jpg"]),
        (["photos/"], ["album", "album/photos", "album/photos/a.jpg", "album/photos/b.raw"]),
        (["photos", "!*.raw"], ["album", "album/photos", "album/photos/a.jpg"]),
        (["/album/photos/**"], ["album", "album/photos", "album/photos/a.jpg", "album/photos/b.raw"]),
        (["empty/"], ["album", "album/empty"]),
        (["/notes.txt"], ["notes.txt"]),
        (["unlisted/**"], ["unlisted/deep/c.jpg"]),
    ],
)
def test_patterns_are_those_of_gitignore(patterns: list[str], wanted: list[str]) -> None:
    assert chosen(*patterns) == wanted


def test_a_pattern_that_matches_nothing_says_what_there_is() -> None:
    with pytest.raises(ChoiceError, match=r"matches '/photos' or '\*.png'. It has album/photos/a.jpg, .* and 1 more"):
        chosen("/photos", "*.png")
    with pytest.raises(ChoiceError, match=r"It has notes.txt\.$"):
        Choice(("*.png",)).left_out(ENTRIES[5:6])


def test_what_is_no_pattern_is_said() -> None:
    with pytest.raises(ChoiceError, match="no pattern: !"):
        chosen("!")


def test_what_comes_first_is_in_the_order_of_the_patterns() -> None:
    order = Choice(first=("notes.txt", "*.jpg", "*.txt")).order(ENTRIES)
    assert [ENTRIES[i].path for i in order] == ["notes.txt", "album/photos/a.jpg", "unlisted/deep/c.jpg"]
    assert EVERYTHING.order(ENTRIES) == ()
    with pytest.raises(ChoiceError, match="no pattern: !"):
        Choice(first=("!",)).order(ENTRIES)
