"""Real files between two sessions: what arrives is what was sent, under the names it should have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pypeer import events
from pypeer.errors import DeclinedError, TransferError
from pypeer.events import Offered
from pypeer.protocol import limits
from pypeer.transfer import merkle
from pypeer.transfer.effects import Outcome, Read
from pypeer.transfer.sources import scan, text_tree
from pypeer.transfer.storing import Lost
from tests.support.transfers import make, start, transfer, tree_of
from tests.vectors.stream import stream


async def test_a_tree_arrives_as_it_is(tmp_path: Path, into: Path) -> None:
    files = {
        "empty": b"",
        "one": b"1",
        "Zoë 日本 👍.txt": b"unicode",
        ".hidden": b"h",
        "sub/deep/er/chunks": stream(800_000),
        "sub/run.sh": b"#!/bin/sh\n",
        "sub/block": bytes(16384),
    }
    tree = make(tmp_path / "tree", files)
    (tree / "nothing here").mkdir()
    (tree / "sub/run.sh").chmod(0o755)
    os.utime(tree / "one", ns=(1, 981_173_106_123_000_000))
    os.utime(tree / "sub/deep", ns=(1, 1_000_000_000_000_000_000))
    assert (await transfer(tree, into=into))[1] == Outcome(7, 816_403, 0, (str(into / "tree"),))
    assert tree_of(into / "tree") == tree_of(tree)
    assert [path.name for path in into.iterdir()] == ["tree"]


async def test_several_paths_with_equal_names(tmp_path: Path, into: Path) -> None:
    make(tmp_path, {"a/x.txt": b"a", "b/x.txt": b"b", "c/x.txt/in": b"c"})
    assert await transfer(*(tmp_path / name / "x.txt" for name in "abc"), into=into)
    found = {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*") if path.is_file()}
    assert found == {"x.txt": b"a", "x (2).txt": b"b", "x (3).txt/in": b"c"}


async def test_nothing_is_overwritten(tmp_path: Path, into: Path) -> None:
    make(into, {"tree/mine": b"mine", "f.txt": b"mine", "f (1).txt": b"mine too"})
    make(tmp_path, {"tree/mine": b"theirs", "f.txt": b"theirs"})
    _, outcome = await transfer(tmp_path / "tree", tmp_path / "f.txt", into=into)
    assert isinstance(outcome, Outcome)
    assert outcome.into == (str(into / "tree (1)"), str(into / "f (2).txt"))
    assert {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*") if path.is_file()} == {
        "tree/mine": b"mine",
        "f.txt": b"mine",
        "f (1).txt": b"mine too",
        "tree (1)/mine": b"theirs",
        "f (2).txt": b"theirs",
    }


async def test_a_text_is_shown_and_not_stored(into: Path) -> None:
    text = "Grüße 👍\n" * 60_000
    run = start(text_tree(text), into)
    assert (await run.run())[1] == Outcome(1, len(text.encode()), 0)
    assert run.of("receiver", events.Text) == [events.Text(text=text)]
    assert not into.exists()


async def test_an_empty_text(into: Path) -> None:
    run = start(text_tree(""), into)
    await run.run()
    assert run.of("receiver", events.Text) == [events.Text(text="")]


def test_a_text_too_long() -> None:
    with pytest.raises(TransferError, match="at most 1 MiB"):
        text_tree("x" * (2**20 + 1))


async def test_declining_leaves_nothing(tmp_path: Path, into: Path) -> None:
    seen: list[Offered] = []

    async def decline(offered: Offered) -> bool:
        seen.append(offered)
        return False

    run = start(await scan([make(tmp_path / "t\u202e", {"f": b"12345"})]), into, decline)
    ends = await run.run()
    assert [type(end) for end in ends] == [DeclinedError, DeclinedError]
    assert seen == [Offered(files=1, folders=1, bytes=5, title="t_")]
    assert not into.exists()


async def test_progress_and_end_are_told(tmp_path: Path, into: Path) -> None:
    run = start(await scan([make(tmp_path / "t", {"f": stream(300_000)})]), into)
    await run.run()
    for side in ("sender", "receiver"):
        (done,) = run.of(side, events.Done)
        assert isinstance(done, events.Done)
        assert (done.files, done.bytes, done.failed) == (1, 300_000, 0)
        progress = run.of(side, events.Progress)[-1]
        assert isinstance(progress, events.Progress)
        assert (progress.bytes, progress.total, progress.files) == (300_000, 300_000, 1)
        assert [event.session for event in run.events[side]] == ["s" if side == "sender" else ""] * len(
            run.events[side]
        )


async def test_five_thousand_small_files(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "t", {f"d{i % 50}/f{i}": b"%d" % i for i in range(5000)})
    _, outcome = await transfer(tree, into=into)
    assert isinstance(outcome, Outcome)
    assert outcome.files == 5000
    assert tree_of(into / "t") == tree_of(tree)


async def test_buffers_stay_small(tmp_path: Path, into: Path) -> None:
    run = start(await scan([make(tmp_path / "t", {"f": stream(12_000_000)})]), into)
    await run.run()
    ((left, _),) = run.made
    assert left.peak <= 2**20 + 2**16


async def test_chunks_that_follow_one_another_are_read_together(tmp_path: Path) -> None:
    content = stream(5 * limits.CHUNK_BYTES + 7)
    folder = make(tmp_path / "t", {"f": content, "g": b"g"})
    tree = await scan([folder])
    f, g = (next(i for i, entry in enumerate(tree.entries) if entry.path.endswith(name)) for name in "fg")
    asked = [(f, 1), (f, 2), (f, 3), (g, 0), (f, 5), (f, 4), (f, 5)]
    reads = [Read(0, number, file, chunk) for number, (file, chunk) in enumerate(asked)]

    def chunk(number: int) -> bytes:
        return content[number * limits.CHUNK_BYTES : (number + 1) * limits.CHUNK_BYTES]

    found = [data if isinstance(data, Lost) else bytes(data) for data in tree.read(reads)]
    assert found == [chunk(number) if file == f else b"g" for file, number in asked]
    (folder / "f").write_bytes(content[: 3 * limits.CHUNK_BYTES])
    assert [isinstance(data, Lost) for data in tree.read(reads)] == [file == f for file, _ in asked]


async def test_each_chunk_is_hashed_once_for_several_receivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = await scan([make(tmp_path / "t", {"f": stream(700_000), "g": b"g"})])
    hashed: list[int] = []
    original = merkle.chunk_hash

    def counted(data: bytes | bytearray | memoryview, size: int) -> bytes:
        hashed.append(size)
        return original(data, size)

    monkeypatch.setattr(merkle, "chunk_hash", counted)
    for number in range(3):
        await start(tree, tmp_path / f"into{number}").run()
    assert sorted(hashed) == [1] * 4 + [700_000] * 3 * 4, "once by the sender, once by each receiver"


BIG = """
import asyncio, resource, sys
from pathlib import Path
from tests.support.transfers import transfer

async def main() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, outcome = await transfer(Path(sys.argv[1]), into=Path(sys.argv[2]))
    print(outcome.bytes, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)

asyncio.run(main())
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path, into: Path) -> None:
    size = 300 * 2**20
    with open(tmp_path / "big", "wb") as file:
        for number in range(300):
            file.write(number.to_bytes(4, "big") * 2**18)
    command = [sys.executable, "-c", BIG, str(tmp_path / "big"), str(into)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    received, grown = map(int, done.stdout.split())
    assert received == size
    assert subprocess.run(["cmp", str(tmp_path / "big"), str(into / "big")], check=False).returncode == 0
    assert grown < 48, (
        "MiB for both sides together: 4 in the window, 1 on the link, 3 read ahead, and what malloc keeps"
    )
