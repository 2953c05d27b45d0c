"""The entries of a space against an index of a few lines, whatever comes and goes; and what sweeping leaves behind."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.engine import places, sealed
from signaling.engine.sealed import SealedEntries, SealedQuery, weight_of
from signaling.protocol.encoding import b64
from signaling.protocol.spaces import SealedEntry

TOKENS = ("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd")
LIBRARIES = (0, 1, 2)


def entry(number: int, tokens: tuple[str, ...], tag: int, box: int) -> SealedEntry:
    return SealedEntry(number, b64(tag.to_bytes(16)), "".join(tokens), b64(box.to_bytes(4)))


@dataclass
class Naive:
    """The same, written without thinking of speed."""

    entries: dict[tuple[int, int], tuple[int, SealedEntry]] = field(default_factory=dict)
    order: int = 0

    def change(self, library: int, files: list[SealedEntry], gone: list[int]) -> None:
        for number in gone:
            self.entries.pop((library, number), None)
        for file in {file.number: file for file in files}.values():
            self.order += 1
            self.entries[library, file.number] = (self.order, file)

    def end(self, library: int) -> None:
        self.entries = {key: value for key, value in self.entries.items() if key[0] != library}

    def search(self, groups: tuple[tuple[str, ...], ...], tag: str | None) -> dict[str, set[int]]:
        """Libraries by tag."""
        tags = {file.tag for _, file in self.entries.values() if self._fits(file, groups, tag)}
        return {
            each: {library for (library, _), (_, file) in self.entries.items() if file.tag == each} for each in tags
        }

    def boxes(self, library: int) -> list[str]:
        there = sorted((order, file.box) for (where, _), (order, file) in self.entries.items() if where == library)
        return [box for _, box in there]

    @staticmethod
    def _fits(file: SealedEntry, groups: tuple[tuple[str, ...], ...], tag: str | None) -> bool:
        if tag is not None:
            return file.tag == tag
        has = {file.words[at : at + 8] for at in range(0, len(file.words), 8)}
        return bool(groups) and all(has & set(group) for group in groups)


files = st.builds(
    entry,
    st.integers(0, 5),
    st.lists(st.sampled_from(TOKENS), unique=True).map(tuple),
    st.integers(0, 4),
    st.integers(0, 1000),
)
changes = st.tuples(
    st.sampled_from(LIBRARIES), st.lists(files, max_size=4), st.lists(st.integers(0, 5), max_size=3), st.booleans()
)
groups = st.lists(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)


Groups = tuple[tuple[str, ...], ...]
Change = tuple[int, list[SealedEntry], list[int], bool]


def test_it_answers_as_one_of_a_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while it sweeps and lets go of what has ended, which it does all the time here."""
    monkeypatch.setattr(sealed, "IDLE", 2)
    monkeypatch.setattr(sealed, "DROPPED", 2)
    monkeypatch.setattr(places, "FORGOTTEN", 2)
    monkeypatch.setattr(places, "SWEPT", 3)
    compare()


@settings(deadline=None)
@given(st.lists(st.tuples(changes, groups, st.none() | st.integers(0, 4)), max_size=25))
def compare(steps: list[tuple[Change, Groups, int | None]]) -> None:
    real, naive = SealedEntries(), Naive()
    there, ended = list(LIBRARIES), count(len(LIBRARIES))
    leaving: Iterator[None] = iter(())
    for (which, new, gone, ends), sought, tag_number in steps:
        library = there[which]
        next(leaving, None)
        before = len(naive.entries)
        grown, weight = real.growth(library, new, gone)
        real.change(library, new, gone)
        naive.change(library, new, gone)
        assert len(naive.entries) - before == grown
        assert weight == 2 * grown
        if ends:
            real.end(library)
            naive.end(library)
            there[which] = next(ended)
            leaving = chain(leaving, real.forget())
        tag = None if tag_number is None else b64(tag_number.to_bytes(16))
        matches, more = real.search(SealedQuery(sought, tag, there, 0, 50))
        assert {match.tag: set(match.libraries) for match in matches} == naive.search(sought, tag)
        assert not more
        for each in there:
            items, rest = real.browse(each, 0)
            assert ([item.box for item in items], rest) == (naive.boxes(each), False)
    deque(leaving, maxlen=0)
    assert len(real) == len(naive.entries)


def test_what_is_gone_is_swept_away_in_the_end() -> None:
    entries = SealedEntries()
    for round_ in range(12):
        for start in range(0, 2000, 500):
            files = [
                SealedEntry(number, b64((round_ * 2000 + number).to_bytes(16)), "aaaaaaaa", "QUJD")
                for number in range(start, start + 500)
            ]
            entries.change(1, files, ())
    assert len(entries) == 2000
    assert len(entries._words.of("aaaaaaaa")) < 12_000
    assert len(entries._tags._places) < 12_000
    page, more = entries.browse(1, 0)
    assert (len(page), more) == (sealed.PAGE, True)
    rest, more = entries.browse(1, page[-1].place)
    assert (len(rest), more) == (1000, False)


def told(numbers: Iterable[int]) -> list[SealedEntry]:
    return [entry(number, TOKENS[:2], number, number) for number in numbers]


def test_a_library_that_ends_is_in_no_answer_and_let_go_of_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "DROPPED", 10)
    entries = SealedEntries()
    entries.change(1, told(range(35)), ())
    entries.change(2, told(range(3)), ())
    entries.end(1)
    entries.end(3)
    assert len(entries) == 38
    assert [match.libraries for match in entries.search(SealedQuery((TOKENS[:1],), None, (2,), 0, 50))[0]] == [(2,)] * 3
    assert entries.browse(1, 0) == ([], False)
    assert [len(entries) for _ in entries.forget()] == [28, 18, 8, 3]


def test_what_a_library_leaves_in_the_postings_is_swept_as_it_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "IDLE", 20)
    monkeypatch.setattr(places, "SWEPT", 4)
    entries = SealedEntries()
    entries.change(1, told(range(35)), ())
    entries.change(2, told(range(3)), ())
    entries.end(1)
    assert len(list(entries.forget())) > 2
    assert (len(entries._words), len(entries._tags)) == (2, 3)
    assert list(entries._words.of(TOKENS[0])) == [36, 37, 38]


def test_of_a_space_in_which_nothing_is_left_nothing_is_kept_and_what_comes_meanwhile_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "FORGOTTEN", 10)
    entries = SealedEntries()
    entries.change(1, told(range(35)), ())
    entries.end(1)
    steps = [(len(entries._words), len(entries._tags)) for _ in entries.forget()]
    assert steps == [(2, 35), (0, 35), (0, 25), (0, 15), (0, 5), (0, 0)]
    entries.change(2, told(range(35)), ())
    entries.end(2)
    leaving = entries.forget()
    next(leaving)
    next(leaving)
    entries.change(3, told(range(40, 42)), ())
    assert list(leaving) == []
    assert len(entries.search(SealedQuery((TOKENS[:1],), None, (3,), 0, 50))[0]) == 2


def test_a_large_box_weighs_more() -> None:
    assert weight_of(SealedEntry(0, "", "a" * 240, "a" * 208)) == 2
    assert weight_of(SealedEntry(0, "", "a" * 512, "a" * 12288)) == 20


def test_a_search_that_finds_more_than_it_may_tell_says_so() -> None:
    entries = SealedEntries()
    entries.change(1, [entry(number, TOKENS[:1], number, number) for number in range(9)], ())
    matches, more = entries.search(SealedQuery((TOKENS[:1],), None, (1,), 3, 4))
    assert ([match.box for match in matches], more) == ([b64(number.to_bytes(4)) for number in (3, 4, 5, 6)], True)
    assert entries.search(SealedQuery((TOKENS[:1],), None, (2,), 0, 4)) == ([], False)
