"""Hashes of a file as they become known."""

from pypeer.transfer import merkle
from pypeer.transfer.hashes import FileHashes

HASHES = [bytes((n,)) * 32 for n in (1, 2, 3)]


def test_root_when_all_are_known_in_any_order() -> None:
    hashes = FileHashes(600_000)
    assert hashes.unknown() == 0
    for chunk in (2, 0, 2):
        hashes.put(chunk, HASHES[chunk])
    assert (hashes.get(0), hashes.get(1), hashes.unknown(), hashes.root) == (HASHES[0], None, 1, None)
    hashes.put(1, HASHES[1])
    assert hashes.root == merkle.file_root(b"".join(HASHES), 600_000)
    hashes.put(1, HASHES[1])
    assert hashes.unknown() is None


def test_an_empty_file() -> None:
    assert FileHashes(0).root == bytes(32)
    assert FileHashes(0).unknown() is None


def test_zeros_need_no_look() -> None:
    hashes = FileHashes(600_000)
    hashes.put_zeros([(0, 1), (2, 3)])
    assert hashes.unknown() == 1
    assert hashes.get(0) == merkle.chunk_hash(bytes(262_144), 600_000)
    hashes.put(1, merkle.chunk_hash(bytes(262_144), 600_000))
    whole = FileHashes(600_000)
    whole.put_zeros([(0, 3)])
    assert whole.root == hashes.root
    small = FileHashes(5)
    small.put_zeros([(0, 1)])
    assert small.root == merkle.chunk_hash(bytes(5), 5)
