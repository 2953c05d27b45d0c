"""Files with holes, room that is reserved, and times to the nanosecond: on real disks."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from pypeer.protocol import limits
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.effects import Outcome
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.room import room_for
from pypeer.transfer.sources import Files, OfferedTree, scan
from pypeer.transfer.sparse import holes_of, is_hole, is_in_memory
from pypeer.transfer.store import DiskStore
from pypeer.transfer.storing import Store
from pypeer.transfer.targets import Targets
from tests.support.transfers import requested, start, transfer

MIB = 2**20
GIB = 2**30
SHARED_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""


def sparse(path: Path, size: int, *data: int) -> Path:
    """A file of this size, with a MiB of data at each of these places."""
    with path.open("wb") as file:
        file.truncate(size)
        for at in data:
            file.seek(at)
            file.write(os.urandom(MIB))
    if path.stat().st_blocks * 512 > len(data) * 2 * MIB:
        pytest.skip("this file system has no holes")
    return path


async def test_100_gib_with_holes_are_neither_read_nor_sent_nor_written(tmp_path: Path) -> None:
    size = 100 * GIB
    data = (0, 17 * GIB + 5, 99 * GIB)
    source = sparse(tmp_path / "disk.img", size, *data)
    run = start(await scan([source]), tmp_path / "into")
    asked = requested(run)
    began = time.process_time()
    sender, receiver = await run.run()
    assert sender == Outcome(1, size, 0)
    assert isinstance(receiver, Outcome)
    assert len(asked) <= 6
    assert time.process_time() - began < 20
    got = tmp_path / "into" / "disk.img"
    assert got.stat().st_size == size
    assert got.stat().st_blocks * 512 < 32 * MIB
    for at in data:
        with source.open("rb") as left, got.open("rb") as right:
            left.seek(at)
            right.seek(at)
            assert left.read(MIB) == right.read(MIB)


@pytest.mark.parametrize(
    ("size", "data"),
    [(3 * MIB, ()), (3 * MIB + 5, (MIB,)), (9 * MIB + 1, (0, 5 * MIB)), (300_000, ()), (4 * MIB, (3 * MIB,))],
)
async def test_whole_files_with_holes(tmp_path: Path, size: int, data: tuple[int, ...]) -> None:
    source = sparse(tmp_path / "a", size, *data)
    tree = await scan([source])
    assert tree.entries[0].holes
    assert (await transfer(source, into=tmp_path / "into"))[0] == Outcome(1, size, 0)
    assert (tmp_path / "into" / "a").read_bytes() == source.read_bytes()


async def test_a_fetch_of_a_file_with_holes_goes_on(tmp_path: Path) -> None:
    """And where the part file has data in a hole, the hole is fetched."""
    source = sparse(tmp_path / "a", 20 * MIB, 2 * MIB, 9 * MIB)
    entry = (await scan([source])).entries[0]
    step = chunks.chunk_bytes(entry.size)
    into = tmp_path / "into"
    store = DiskStore(Targets(into, [entry], ["a"]))
    assert store.prepare() == {0: ((8, 12), (36, 40))}
    data = bytearray(source.read_bytes()[8 * step : 9 * step])
    store.perform([Store(0, 8, data, merkle.chunk_hash(data, entry.size))])
    store.release()
    (part,) = (path for path in into.glob(".byway-*.part/*") if path.name != "journal")
    with part.open("r+b") as file:
        file.seek(3 * step)
        file.write(b"not zero")
    again = DiskStore(Targets(into, [entry], ["a"]))
    missing = again.prepare()
    assert missing == {0: ((0, 8), (9, 12), (36, 40))}
    again.release()
    run = start(await scan([source]), into)
    assert (await run.run())[0] == Outcome(1, entry.size, 0)
    assert (into / "a").read_bytes() == source.read_bytes()


async def test_holes_that_are_none_are_found_out(tmp_path: Path) -> None:
    """A sender that says something is zero which is not: the root tells, and all is fetched."""
    (tmp_path / "a").write_bytes(os.urandom(MIB))
    honest = await scan([tmp_path / "a"])
    lie = Entry(path="a", size=MIB, holes=(1, 3))

    class Lying(OfferedTree):
        def _hashes_of(self, file: int) -> FileHashes:
            return honest._hashes_of(file)

    assert isinstance(honest._content, Files)
    tree = Lying([lie], honest._content, "a")
    tree._read = honest._read  # type: ignore[method-assign]
    assert (await start(tree, tmp_path / "into").run())[0] == Outcome(1, MIB, 0)
    assert (tmp_path / "into" / "a").read_bytes() == (tmp_path / "a").read_bytes()


def test_where_holes_are(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.write_bytes(os.urandom(MIB))
    assert not holes_of(str(full), full.stat())
    source = sparse(tmp_path / "a", 8 * MIB, MIB)
    assert holes_of(str(source), source.stat()) == ((0, 4), (8, 32))
    many = sparse(tmp_path / "many", 2 * 130 * MIB, *range(0, 260 * MIB, 2 * MIB))
    assert len(holes_of(str(many), many.stat())) == 64
    with source.open("rb") as file:
        assert is_hole(file.fileno(), 0, MIB)
        assert not is_hole(file.fileno(), 0, MIB + 1)
        assert is_hole(file.fileno(), 7 * MIB, MIB)
        assert not is_hole(file.fileno(), 7 * MIB, 2 * MIB)


def begin(folder: Path) -> tuple[DiskStore, Path, Entry]:
    """A store that has the first chunk of a large file, its part file, and what is offered."""
    entry = Entry(path="a", size=64 * MIB)
    store = DiskStore(Targets(folder / "into", [entry], ["a"]))
    assert store.prepare() == {}
    data = bytearray(chunks.chunk_length(entry.size, 0))
    store.perform([Store(0, 0, data, merkle.chunk_hash(data, entry.size))])
    (part,) = (path for path in folder.glob("into/.byway-*.part/*") if path.name != "journal")
    return store, part, entry


def keeps_in_memory(folder: Path) -> bool:
    """Whether files in this folder are in memory."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return is_in_memory(file.fileno())


async def test_room_is_reserved_when_a_file_is_begun(tmp_path: Path) -> None:
    if keeps_in_memory(tmp_path):
        pytest.skip("these files are in memory")
    store, part, entry = begin(tmp_path)
    assert part.stat().st_blocks * 512 >= entry.size
    assert room_for(store._parts, part.name, entry.size, ((1, 256),)) == 0
    store.release()


async def test_in_memory_only_what_is_written_takes_room() -> None:
    if not SHARED_MEMORY.is_dir() or not keeps_in_memory(SHARED_MEMORY):
        pytest.skip(f"{SHARED_MEMORY} is not in memory here")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        store, part, _ = begin(Path(folder))
        assert part.stat().st_blocks * 512 == limits.CHUNK_BYTES
        store.release()


async def test_times_to_the_nanosecond(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a").write_bytes(b"a")
    for path, when in ((folder / "a", 1_700_000_000_123_456_789), (folder, -1_234_567)):
        os.utime(path, ns=(when, when))
    await transfer(folder, into=tmp_path / "into")
    for name in ("tree", "tree/a"):
        assert (tmp_path / "into" / name).stat().st_mtime_ns == (tmp_path / name).stat().st_mtime_ns
