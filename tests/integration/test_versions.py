"""Files that are here in another version: only what has changed of them is fetched."""

import json
import os
from pathlib import Path

import pytest

from pypeer.transfer import chunks
from pypeer.transfer.choosing import Choice, Existing
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sources import scan
from tests.support.memory_link import MemoryLink
from tests.support.transfers import Result, start, transfer

CHUNK = chunks.chunk_bytes(1)
SIZE = 12 * CHUNK + 5
OVERWRITE = Choice(existing=Existing.OVERWRITE)


def write(path: Path, content: bytes) -> None:
    """A file that is not the same as the one before, even if both were written within the tick of a clock."""
    later = path.stat().st_mtime_ns + 10**9 if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if later is not None:
        os.utime(path, ns=(later, later))


def fetched(result: Result) -> int | None:
    """Bytes that came; the transfer has to be complete."""
    assert isinstance(result, Outcome), result
    assert not result.failed
    return result.fetched


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file on offer."""
    path = tmp_path / "here" / "log.bin"
    write(path, os.urandom(SIZE))
    return path


def changed(source: Path, chunk: int) -> bytes:
    """Its content, with one chunk that is another."""
    content = source.read_bytes()
    return content[: chunk * CHUNK] + os.urandom(100) + content[chunk * CHUNK + 100 :]


async def test_a_file_that_grew_and_changed_somewhere(source: Path, tmp_path: Path) -> None:
    into = tmp_path / "there"
    _, result = await transfer(source, into=into)
    assert fetched(result) == SIZE
    write(source, changed(source, 3) + os.urandom(CHUNK))
    _, result = await transfer(source, into=into)
    assert fetched(result) == CHUNK + (SIZE - 12 * CHUNK) + CHUNK
    assert (into / "log (1).bin").read_bytes() == source.read_bytes()
    assert (into / "log.bin").read_bytes() != source.read_bytes()
    assert not list(into.glob(".byway*"))


async def test_a_folder_that_is_brought_up_to_date(source: Path, tmp_path: Path) -> None:
    into = tmp_path / "there"
    small = source.parent / "small"
    write(small, b"small")
    await transfer(source.parent, into=into)
    write(source, changed(source, 0))
    write(small, b"other")
    _, result = await transfer(source.parent, into=into, choice=OVERWRITE)
    assert fetched(result) == CHUNK + 5
    assert (into / "here" / "log.bin").read_bytes() == source.read_bytes()
    assert (into / "here" / "small").read_bytes() == b"other"


async def test_a_file_that_changed_when_a_part_of_it_was_here(source: Path, tmp_path: Path) -> None:
    """What was begun goes on, but for what has changed."""
    into = tmp_path / "there"
    run = start(await scan([source]), into)

    def breaks_late(left: MemoryLink, right: MemoryLink) -> None:
        left.break_after = 8 * (CHUNK // left.frame_bytes + 2)

    def give_up() -> None:
        run.receiver.cancel()
        run.sender.cancel()

    run.prepare = breaks_late
    run._lost = give_up  # type: ignore[method-assign]
    await run.run()
    [part] = into.glob(".byway-*.part")
    stored = {json.loads(line)[2] for line in (part / "journal").read_text().splitlines() if '"chunk"' in line}
    assert 1 in stored
    assert len(stored) < 12
    write(source, changed(source, 1))
    again = start(await scan([source]), into)
    _, result = await again.run()
    assert fetched(result) == SIZE - len(stored - {1}) * CHUNK
    assert (into / "log.bin").read_bytes() == source.read_bytes()
    assert not part.exists()


async def test_nothing_is_read_through_a_link(source: Path, tmp_path: Path) -> None:
    into = tmp_path / "there"
    into.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(source.read_bytes())
    (into / "log.bin").symlink_to(secret)
    _, result = await transfer(source, into=into)
    assert fetched(result) == SIZE
    inner = tmp_path / "elsewhere"
    write(inner / "log.bin", source.read_bytes())
    (into / "here").symlink_to(inner)
    _, result = await transfer(source.parent, into=into)
    assert fetched(result) == SIZE


async def test_what_is_here_may_vanish_meanwhile(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    into = tmp_path / "there"
    await transfer(source, into=into)
    write(source, changed(source, 5))
    monkeypatch.setattr("pypeer.transfer.bases.read_chunk", vanished)
    _, result = await transfer(source, into=into)
    assert fetched(result) == SIZE


def vanished(handle: int, size: int, chunk: int) -> bytes:
    """A disk that is gone."""
    raise OSError
