"""What an earlier run has left is not fetched again, whatever has happened to it, and to what is offered, since."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from pypeer.transfer.effects import Outcome
from pypeer.transfer.sources import scan
from tests.support.transfers import PATIENCE_S, code, make, noted, requested, start, stop_midway, tree_of, visible
from tests.vectors.stream import stream


async def test_the_next_run_goes_on(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000), "b": b"b"})
    await stop_midway(await scan([tree]), into)
    assert visible(into) == {}
    assert len(list(into.glob(".byway-*.part/*"))) == 2
    run = start(await scan([tree]), into)
    asked = requested(run)
    sender, _ = await run.run()
    assert sender == Outcome(2, 8_000_001, 0)
    assert 0 < len(asked) < 26
    assert tree_of(into / "tree") == tree_of(tree)
    assert [path.name for path in into.iterdir()] == ["tree"]


async def test_files_of_an_earlier_run_are_not_fetched_again(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {f"{n:03}": b"%d" % n for n in range(600)} | {"z": stream(3_000_000)})
    await stop_midway(await scan([tree]), into, at=500)
    before = len(visible(into))
    assert before > 30
    run = start(await scan([tree]), into)
    asked = requested(run)
    await run.run()
    assert len(asked) <= 612 - before
    assert tree_of(into / "tree") == tree_of(tree)


async def test_a_person_is_told_what_changed_since_the_last_run(tmp_path: Path, into: Path) -> None:
    small = {f"{n:03}": b"%d" % n for n in range(400)}
    tree = make(tmp_path / "tree", {**small, "y": stream(3_000_000), "z": stream(3_000_000, b"z")})
    await stop_midway(await scan([tree]), into, at=418)
    assert "tree/000" in visible(into)
    (tree / "000").write_bytes(b"new")
    (tree / "y").write_bytes(stream(2_900_000))
    run = start(await scan([tree]), into)
    await run.run()
    assert noted(run) == [
        "files that were begun and have changed at the sender, or are gone there: 1; what has changed is fetched anew",
        "files that were fetched before and have changed at the sender: 1; they are replaced",
    ]
    assert tree_of(into / "tree") == tree_of(tree)


async def test_a_part_that_was_damaged_meanwhile_is_mended(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    await stop_midway(await scan([tree]), into)
    (part,) = (path for path in into.glob(".byway-*.part/*") if path.name != "journal")
    data = bytearray(part.read_bytes())
    data[100] ^= 1
    part.write_bytes(data[:-1000])
    journal = part.with_name("journal")
    journal.write_bytes(journal.read_bytes() + b'["chunk","' + b"\xff")
    run = start(await scan([tree]), into)
    asked = requested(run)
    await run.run()
    assert (1, 0) in asked
    assert tree_of(into / "tree") == tree_of(tree)


async def test_a_file_that_was_rewritten_unseen_between_runs_is_fetched_anew(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    time = (tree / "a").stat().st_mtime_ns
    await stop_midway(await scan([tree]), into)
    (tree / "a").write_bytes(stream(8_000_000, b"other"))
    os.utime(tree / "a", ns=(time, time))
    sender, _ = await start(await scan([tree]), into).run()
    assert sender == Outcome(1, 8_000_000, 0)
    assert tree_of(into / "tree") == tree_of(tree)


async def test_what_is_not_offered_any_more_is_forgotten(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    await stop_midway(await scan([tree]), into)
    (tree / "a").unlink()
    (tree / "b").write_bytes(b"b")
    await start(await scan([tree]), into).run()
    assert visible(into) == {"tree/b": b"b"}
    assert [path.name for path in into.iterdir()] == ["tree"]


async def test_one_fetch_at_a_time(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    first, second = start(await scan([tree]), into), start(await scan([tree]), into)
    ends: list[object] = []

    def midway(frame: bytes) -> bytes:
        if first.made[0][0].sent == 20:
            first.receiver.pause()
            ends.append(asyncio.ensure_future(second.run()))
        return frame

    first.prepare = lambda left, right: setattr(left, "change", midway)
    running = asyncio.create_task(first.run())
    async with asyncio.timeout(PATIENCE_S):
        while not ends:
            await asyncio.sleep(0.01)
    (other,) = ends
    assert isinstance(other, asyncio.Future)
    assert [code(end) for end in await other] == ["unwritable", "unwritable"]
    first.receiver.resume()
    assert (await running)[0] == Outcome(1, 8_000_000, 0)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from pypeer.protocol import frames
from pypeer.transfer.sources import scan
from tests.support.transfers import PATIENCE_S, start

async def main() -> None:
    run = start(await scan([Path(sys.argv[1])]), Path(sys.argv[2]))
    def kill(frame: bytes) -> bytes:
        if frame[0] == frames.REQUEST and frames.decode(frame).request == 24:
            os.kill(os.getpid(), signal.SIGKILL)
        return frame
    run.prepare = lambda left, right: setattr(right, "change", kill)
    await run.run()

asyncio.run(main())
"""


async def test_killed_and_run_again(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000), "b": b"b"})
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(tree), str(into))
    assert await process.wait() == -signal.SIGKILL
    assert visible(into) == {}
    run = start(await scan([tree]), into)
    asked = requested(run)
    await run.run()
    assert len(asked) < 32
    assert tree_of(into / "tree") == tree_of(tree)
