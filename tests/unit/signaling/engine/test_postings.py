"""Postings: what is left of them when blocks have gone."""

import pytest

from signaling.engine import postings
from signaling.engine.postings import Postings, Words
from tests.support.sweeping import swept


def test_a_sweep_leaves_what_is_there_as_it_is() -> None:
    words = Words()
    for block, keys in enumerate(({"both", "first"}, {"both", "gone"}, {"both", "first"})):
        words.add(keys, block)
    list(words.sweep({1}))
    assert [list(words.of(word)) for word in ("both", "first", "gone")] == [[0, 2], [0, 2], []]
    list(words.sweep({2, 3}))
    assert [list(words.of(word)) for word in ("both", "first")] == [[0], [0]]
    assert list(words.begun("")) == ["both", "first"]


def test_blocks_are_taken_out_one_by_one() -> None:
    roots = Postings()
    for block, keys in enumerate(({"both", "first"}, {"both", "second"}, {"both"})):
        roots.add(keys, block)
    roots.drop({"both", "first"}, 0)
    assert [list(roots.of(key)) for key in ("both", "first", "second")] == [[1, 2], [], [1]]
    roots.drop({"both"}, 2)
    assert list(roots.of("both")) == [1]
    roots.drop({"both", "second"}, 1)
    assert len(roots) == 0


def test_what_comes_during_a_sweep_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "SWEPT", 1)
    words = Words()
    for block in range(6):
        words.add({"all", f"a{block}", f"b{block}"}, block)
    for block, _ in enumerate(words.sweep({1, 2}), 6):
        words.add({"all", f"a{block % 6}", f"c{block}"}, block)
        assert block <= 40, "a sweep ends, whatever comes meanwhile"
        assert f"c{block}" in list(words.begun("c"))
    there = list(words.of("all"))
    assert there == [0, *range(3, there[-1] + 1)]
    assert list(words.of("b2")) == []
    assert list(words.of("a1")) == [block for block in there if block % 6 == 1]


def test_no_step_of_a_sweep_looks_at_all_words() -> None:
    words, count = Words(), 40 * (postings.SWEPT // postings.WORD_WORK)
    words.add({f"{word:08}" for word in range(count)}, 0)
    steps, peak = swept(words.sweep(()))
    assert steps == 41
    assert peak < 8 * count // 4, "a list of all words takes four times as much"
