"""What is known of files while they are stored."""

import pytest

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle, standing
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.journal import FilePlaced, file_key
from pypeer.transfer.standing import Standing

SIZE = 600_000
HASHES = tuple(bytes([number]) * 32 for number in range(chunks.chunk_count(SIZE)))
ENTRIES = [Entry(path="large", size=SIZE), Entry(path="small", size=5), Entry(path="empty", size=0)]
LARGE, SMALL, EMPTY = range(3)


def root() -> bytes:
    hashes = FileHashes(SIZE)
    for number, each in enumerate(HASHES):
        hashes.put(number, each)
    assert hashes.root is not None
    return hashes.root


def test_a_file_is_right_once_all_of_its_chunks_are_and_give_its_root() -> None:
    here = Standing(ENTRIES)
    assert here.root(LARGE) is None
    for number, each in enumerate(HASHES):
        assert not here.is_right(LARGE, root())
        here.known(LARGE).put(number, each)
    assert here.is_right(LARGE, root())
    assert not here.is_right(LARGE, bytes(32))


def test_of_one_chunk_the_hash_is_the_root_and_of_none_it_is_always_the_same() -> None:
    here = Standing(ENTRIES)
    assert not here.is_right(SMALL, HASHES[1])
    here.whole[SMALL] = HASHES[1]
    assert here.is_right(SMALL, HASHES[1])
    assert here.is_right(EMPTY, merkle.MISSING_LEAF)


def test_what_an_earlier_run_found_counts_until_it_is_forgotten() -> None:
    here = Standing(ENTRIES)
    here.earlier[LARGE] = FilePlaced(here.key(LARGE), root(), "large")
    here.resumed.add(LARGE)
    assert here.is_right(LARGE, root())
    assert not here.is_right(LARGE, HASHES[0])
    assert not here.forget(LARGE), "nothing of it was stored"
    assert (here.earlier, here.resumed) == ({}, set())
    assert not here.is_right(LARGE, root())


def test_a_file_begins_once_and_once_more_when_it_was_forgotten() -> None:
    here = Standing(ENTRIES)
    assert [here.begins(LARGE), here.begins(LARGE), here.begins(SMALL)] == [True, False, True]
    here.known(LARGE).put(0, HASHES[0])
    here.whole[SMALL] = HASHES[1]
    assert [here.forget(LARGE), here.forget(SMALL), here.forget(LARGE)] == [True, True, False]
    assert here.begins(LARGE)


def test_few_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "KEYS", 2)
    here = Standing(ENTRIES)
    for _ in range(2):
        assert [here.key(file) for file in range(3)] == [file_key(entry) for entry in ENTRIES]
    assert here.key(EMPTY) is here.key(EMPTY)
