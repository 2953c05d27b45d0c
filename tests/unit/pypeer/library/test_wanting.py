"""What is offered to whoever wants something of a library."""

import pytest

from pypeer.library.stock import Stock
from pypeer.library.wanting import WantError, pick
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.protocol.sealed import Want, Wanted
from pypeer.transfer.identity import Source

A, B = b"a" * 32, b"b" * 32


@pytest.fixture
def stock() -> Stock:
    """A library with a few files, one of them not hashed yet."""
    stock = Stock()
    files = {"top.txt": A, "Jazz/Miles/So What.flac": B, "Jazz/cover.jpg": A, "Jazz/new.flac": None}
    entries = [Entry(path=path, folder=True, mtime=5) for path in ("Jazz", "Jazz/Miles", "Rock")]
    sources: list[Source | None] = [None] * len(entries)
    for path in files:
        entries.append(Entry(path=path, size=7, mtime=6, exec=True))
        sources.append(Source("/m", path, path.encode()))
    stock.scanned(entries, sources)
    for path, root in files.items():
        if root is not None:
            assert stock.rooted(path, path.encode(), root)
    return stock


def refused(stock: Stock, want: Want) -> EndCode:
    with pytest.raises(WantError) as caught:
        pick(stock, want, "Music")
    return caught.value.code


def test_files_come_as_the_asker_calls_them_and_alike_from_all(stock: Stock) -> None:
    want = Want(files=(Wanted(root=B.hex(), name="what.flac"), Wanted(root=(b"c" * 32).hex(), name="gone")))
    picked = pick(stock, want, "Music")
    assert picked.entries == (Entry(path="what.flac", size=7, root=B.hex()),)
    assert [source and source.name for source in picked.sources] == ["Jazz/Miles/So What.flac"]
    assert picked.title == "what.flac"


def test_several_files_have_a_title_of_their_own(stock: Stock) -> None:
    want = Want(files=(Wanted(root=B.hex(), name="b" * 255), Wanted(root=A.hex(), name="a")))
    assert len(pick(stock, want, "Music").title) <= 256
    assert pick(stock, want, "Music").title.endswith("b and 1 more")


def test_a_folder_comes_as_it_is_under_its_own_name(stock: Stock) -> None:
    picked = pick(stock, Want(folder="Jazz/Miles"), "Music")
    assert [entry.path for entry in picked.entries] == ["Miles", "Miles/So What.flac"]
    assert picked.entries[0].mtime == 5
    file = picked.entries[1]
    assert (file.mtime, file.exec, file.root) == (6, True, B.hex())
    assert picked.sources[0] is None
    assert picked.title == "Miles"


def test_the_whole_library_comes_under_its_name(stock: Stock) -> None:
    picked = pick(stock, Want(folder=""), "AC/DC?")
    assert {entry.path for entry in picked.entries} == {
        "AC_DC_/Jazz",
        "AC_DC_/Jazz/Miles",
        "AC_DC_/Rock",
        "AC_DC_/top.txt",
        "AC_DC_/Jazz/Miles/So What.flac",
        "AC_DC_/Jazz/cover.jpg",
    }


def test_what_is_not_there(stock: Stock) -> None:
    assert refused(stock, Want(files=(Wanted(root="0" * 64, name="a"),))) is EndCode.VANISHED
    assert refused(stock, Want(folder="Rock")) is EndCode.VANISHED
    assert refused(stock, Want(folder="../Music")) is EndCode.VANISHED
    assert refused(stock, Want()) is EndCode.PROTOCOL


@pytest.mark.parametrize("names", [("..",), ("a/b",), ("a", "a"), ("a\0",)])
def test_names_that_none_can_have(stock: Stock, names: tuple[str, ...]) -> None:
    want = Want(files=tuple(Wanted(root=A.hex(), name=name) for name in names))
    assert refused(stock, want) is EndCode.BAD_MANIFEST


def test_more_than_one_offer_can_hold(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ENTRIES_MAX", 3)
    assert refused(stock, Want(folder="Jazz")) is EndCode.TOO_MANY_ENTRIES
