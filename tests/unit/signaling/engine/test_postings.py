"""Postings: what is left of them after a sweep."""

from signaling.engine.postings import Words


def test_a_sweep_leaves_what_is_there_as_it_is() -> None:
    words = Words()
    for block, keys in enumerate(({"both", "first"}, {"both", "gone"}, {"both", "first"})):
        words.add(keys, block)
    list(words.sweep({0, 2}))
    assert [list(words.of(word)) for word in ("both", "first", "gone")] == [[0, 2], [0, 2], []]
    list(words.sweep({0}))
    assert [list(words.of(word)) for word in ("both", "first")] == [[0], [0]]
    assert list(words.begun("")) == ["both", "first"]
