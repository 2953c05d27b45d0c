"""Postings: what is left of them when blocks have gone."""

from signaling.engine.postings import Postings, Words


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
