"""Pages of the manifest, and manifests that must be refused before they cost anything."""

import tracemalloc
from collections.abc import Iterable
from itertools import repeat

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.protocol import frames, limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entries, Entry, Offer
from pypeer.transfer import manifest
from pypeer.transfer.manifest import Manifest, TooManyError
from pypeer.transfer.names import ManifestError
from signaling.protocol.limits import BODY_CHARS

ENTRIES = st.lists(
    st.builds(
        Entry,
        path=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400),
        size=st.integers(0, 2**30),
        mtime=st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
        exec=st.booleans(),
        root=st.none() | st.just("0" * 64),
    ),
    max_size=60,
)


def add_all(gathered: Manifest, pages: Iterable[tuple[Entry, ...]]) -> None:
    for page in pages:
        gathered.add(Entries(start=len(gathered.entries), entries=page))


@given(ENTRIES)
def test_previews_show_the_first_and_fit_a_sealed_body(entries: list[Entry]) -> None:
    made = manifest.preview(manifest.offer(entries, "t" * 256), entries)
    assert (made.files + made.folders, made.title) == (len(entries), "t" * 256)
    assert list(made.entries) == entries[: len(made.entries)]
    assert bool(made.entries) == bool(entries)
    sealed = 1 + 8 + len(msgspec.json.encode(made)) + 16
    assert -(-sealed * 8 // 6) <= BODY_CHARS


@given(ENTRIES, st.integers(0, 3))
def test_pages_add_up_and_fit(entries: list[Entry], spread: int) -> None:
    entries = entries * (spread * 20 + 1)
    offer = manifest.offer(entries, "t")
    gathered = Manifest(offer)
    while not gathered.complete:
        page = manifest.page(entries, len(gathered.entries))
        frames.encode(page)
        gathered.add(page)
    assert gathered.entries == entries


def test_largest_entries_fit_a_page() -> None:
    entries = [Entry(path="\x01" * limits.PATH_BYTES, root="0" * 64)] * 5
    assert len(manifest.page(entries, 0).entries) == 2
    assert len(frames.encode(manifest.page(entries, 4))) <= limits.CONTROL_BYTES


def test_million_entries_are_refused_by_the_offer_alone() -> None:
    with pytest.raises(TooManyError, match="1000000 entries") as caught:
        Manifest(Offer(files=900_000, folders=100_000, bytes=0))
    assert manifest.end_code(caught.value) is EndCode.TOO_MANY_ENTRIES


def test_million_entries_after_a_modest_offer_are_refused_early_in_little_memory() -> None:
    gathered = Manifest(Offer(files=1000, folders=0, bytes=0))
    tracemalloc.start()
    with pytest.raises(ManifestError, match="more entries") as caught:
        add_all(gathered, (tuple(Entry(path=f"{start + i}") for i in range(500)) for start in range(0, 10**6, 500)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    assert manifest.end_code(caught.value) is EndCode.BAD_MANIFEST


def test_long_paths_are_bounded_altogether() -> None:
    gathered = Manifest(Offer(files=limits.ENTRIES_MAX, folders=0, bytes=0))
    with pytest.raises(TooManyError, match="longer than"):
        add_all(gathered, repeat((Entry(path="x" * 4096),) * 10, limits.ENTRIES_MAX // 10))
    assert len(gathered.entries) <= limits.MANIFEST_BYTES // 4096 + 10


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (Entries(start=1, entries=(Entry(path="a"),)), "not the one"),
        (Entries(start=0, entries=()), "not the one"),
        (Entries(start=0, entries=(Entry(path="a"),) * 3), "more entries"),
        (Entries(start=0, entries=(), last=True), "not add up"),
        (Entries(start=0, entries=(Entry(path="a", size=5), Entry(path="b")), last=True), "not add up"),
        (Entries(start=0, entries=(Entry(path="a", size=4), Entry(path="b", folder=True)), last=True), "not add up"),
    ],
)
def test_pages_that_do_not_fit(page: Entries, text: str) -> None:
    with pytest.raises(ManifestError, match=text):
        Manifest(Offer(files=2, folders=0, bytes=4)).add(page)


def test_folder_with_a_size() -> None:
    page = Entries(start=0, entries=(Entry(path="a", size=4, folder=True),), last=True)
    with pytest.raises(ManifestError, match="a folder of the manifest has a size"):
        Manifest(Offer(files=0, folders=1, bytes=4)).add(page)


def test_nothing_after_the_last_page() -> None:
    gathered = Manifest(Offer(files=0, folders=0, bytes=0))
    gathered.add(Entries(start=0, entries=(), last=True))
    with pytest.raises(ManifestError, match="not the one"):
        gathered.add(Entries(start=0, entries=(), last=True))


@pytest.mark.parametrize(("files", "folders", "size"), [(2, 0, 1), (1, 1, 1), (1, 0, limits.TEXT_BYTES + 1)])
def test_texts_that_are_none(files: int, folders: int, size: int) -> None:
    with pytest.raises(ManifestError, match="no text"):
        Manifest(Offer(files=files, folders=folders, bytes=size, text=True))


@pytest.mark.parametrize("holes", [(1, 1), (2, 1), (0, 1, 1, 2), (2, 3, 0, 1), (0, 4), (0,)])
def test_holes_that_cannot_be(holes: tuple[int, ...]) -> None:
    entry = Entry(path="a", size=600_000, holes=holes)
    with pytest.raises(ManifestError, match="holes"):
        Manifest(manifest.offer([entry], "a")).add(Entries(start=0, entries=(entry,), last=True))


def test_holes_that_can_be() -> None:
    entry = Entry(path="a", size=600_000, holes=(0, 1, 2, 3))
    gathered = Manifest(manifest.offer([entry], "a"))
    gathered.add(Entries(start=0, entries=(entry,), last=True))
    assert gathered.complete
