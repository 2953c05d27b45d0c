"""What is in a library, as scans find it."""

from pypeer.library.stock import Stock, is_below
from pypeer.protocol.messages import Entry
from pypeer.transfer.identity import Source

A, B = b"a" * 32, b"b" * 32


def scan(stock: Stock, **files: str) -> tuple[list[str], list[str], list[str]]:
    """A scan that finds these files, by path, each with what tells it apart."""
    entries = [Entry(path="d", folder=True)]
    sources: list[Source | None] = [None]
    for path, identity in files.items():
        entries.append(Entry(path=path.replace("_", "/"), size=len(identity)))
        sources.append(Source("/", path, identity.encode()))
    changes = stock.scanned(entries, sources)
    return changes.unknown, changes.moved, changes.gone


def test_what_is_new_has_to_be_hashed_and_then_is_found() -> None:
    stock = Stock()
    assert scan(stock, a="1", d_b="22") == (["a", "d/b"], [], [])
    assert stock.with_root(A) is None
    assert stock.rooted("a", b"1", A)
    item = stock.with_root(A)
    assert item is not None
    assert item.entry.path == "a"
    assert stock.size == 3
    assert list(stock.folders) == ["d"]
    assert scan(stock, a="1", d_b="22") == ([], [], [])
    assert stock.with_root(A) is not None


def test_what_changed_or_went_is_found_no_more() -> None:
    stock = Stock()
    scan(stock, a="1", b="2", c="3")
    for path, identity in (("a", b"1"), ("b", b"2"), ("c", b"3")):
        assert stock.rooted(path, identity, A)
    assert scan(stock, a="other", b="2") == (["a"], [], ["a", "c"])
    item = stock.with_root(A)
    assert item is not None
    assert item.entry.path == "b"
    assert scan(stock) == ([], [], ["a", "b"])
    assert stock.with_root(A) is None


def test_what_has_another_name_is_not_hashed_again() -> None:
    stock = Stock()
    scan(stock, a="1", b="2")
    stock.rooted("a", b"1", A)
    assert scan(stock, c="1", b="2") == ([], ["c"], ["a"])
    item = stock.with_root(A)
    assert item is not None
    assert item.entry.path == "c"


def test_a_root_of_what_is_there_no_more_is_not_kept() -> None:
    stock = Stock()
    scan(stock, a="1")
    assert not stock.rooted("b", b"1", A)
    assert not stock.rooted("a", b"0", A)
    assert stock.with_root(A) is None


def test_what_is_lost_is_found_no_more() -> None:
    stock = Stock()
    scan(stock, a="1")
    assert not stock.lost("a")
    assert not stock.lost("b")
    stock.rooted("a", b"1", A)
    assert stock.lost("a")
    assert stock.with_root(A) is None


def test_only_what_is_hashed_is_below_a_folder() -> None:
    stock = Stock()
    scan(stock, a="1", d_b="2", d_c="3", d_e_f="4", dd="5")
    for path, identity in (("a", b"1"), ("d/b", b"2"), ("d/e/f", b"4"), ("dd", b"5")):
        stock.rooted(path, identity, B)
    assert [item.entry.path for item in stock.below("d")] == ["d/b", "d/e/f"]
    assert len(list(stock.below(""))) == 4
    assert not is_below("d", "d")
