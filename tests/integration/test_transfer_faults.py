"""Real files and everything that goes wrong: links, files, disks, people, hostile senders."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pypeer import events
from pypeer.errors import ConnectError, PeerError, TransferError
from pypeer.protocol import frames, messages
from pypeer.transfer.effects import Outcome
from pypeer.transfer.scanning import Policy
from pypeer.transfer.sources import OfferedTree, Text, scan
from tests.integration.test_transfer import make
from tests.support.memory_link import MemoryLink
from tests.support.transfers import Run, start, transfer, tree_of
from tests.vectors.stream import stream

FILES = {"a": stream(900_000), "b": stream(40_000, b"b"), "sub/c": b"c", "sub/d": b"", "e": stream(600_000, b"e")}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "into"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make(tmp_path / "tree", FILES)


def visible(folder: Path) -> dict[str, bytes]:
    """Files under final names."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".byway-" not in str(path))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def whole(folder: Path) -> None:
    """Whatever has a final name is complete."""
    assert visible(folder).items() <= {f"tree/{path}": data for path, data in FILES.items()}.items()


def code(end: object) -> str:
    assert isinstance(end, PeerError), end
    return end.code


@pytest.mark.parametrize("seed", range(8))
async def test_links_that_break_at_any_frame(tree: Path, into: Path, seed: int) -> None:
    chance = random.Random(seed)
    run = start(await scan([tree]), into, links=12)

    def prepare(left: MemoryLink, right: MemoryLink) -> None:
        if len(run.made) < 12:
            chance.choice((left, right)).break_after = chance.randint(0, 12)

    def sender_lost() -> None:
        if run.receiver._core.ended:
            run.sender.fail(ConnectError("the receiver is done, but its word was lost"))

    run.prepare = prepare
    run.sender.on_lost = sender_lost
    sender, receiver = await run.run()
    assert isinstance(sender, ConnectError) or sender == Outcome(5, 1_540_001, 0)
    assert receiver == Outcome(5, 1_540_001, 0, (str(into / "tree"),))
    assert tree_of(into / "tree") == tree_of(tree)
    assert [path.name for path in into.iterdir()] == ["tree"]


@pytest.mark.parametrize("seed", range(20))
async def test_a_sender_whose_frames_are_damaged(tree: Path, into: Path, seed: int) -> None:
    chance = random.Random(seed)
    run = start(await scan([tree]), into)

    def damage(frame: bytes) -> bytes:
        if chance.random() > 0.1:
            return frame
        at = chance.randrange(len(frame))
        return frame[:at] + bytes((frame[at] ^ 1 << chance.randrange(8),)) + frame[at + 1 :]

    def prepare(left: MemoryLink, right: MemoryLink) -> None:
        left.change = damage

    run.prepare = prepare
    assert all(isinstance(end, Outcome | PeerError) for end in await fail_if_stuck(run))
    shown = visible(into).values() if into.exists() else ()
    assert set(shown) <= set(FILES.values())


async def fail_if_stuck(run: Run) -> tuple[object, object]:
    """A damaged number can leave both waiting for the other: then the people give up."""
    for session in (run.receiver, run.sender):
        asyncio.get_running_loop().call_later(2, session.cancel)
    return await run.run()


async def test_no_way_back(tree: Path, into: Path) -> None:
    run = start(await scan([tree]), into)
    run.prepare = lambda left, right: setattr(left, "break_after", 9)
    run.sender.on_lost = lambda: run.sender.fail(ConnectError("no path"))
    ending = asyncio.create_task(run.run())
    while not run.made or not run.made[0][0].closed:
        await asyncio.sleep(0.01)
    run.receiver.fail(ConnectError("no path"))
    assert [code(end) for end in await ending] == ["no-path", "no-path"]
    whole(into)


@pytest.mark.parametrize("change", ["append", "touch", "replace", "remove", "unreadable"])
async def test_a_file_that_changes_is_reported_and_the_others_arrive(tree: Path, into: Path, change: str) -> None:
    offered = await scan([tree])
    victim = tree / "a"
    match change:
        case "append":
            victim.write_bytes(FILES["a"] + b"more")
        case "touch":
            os.utime(victim)
        case "replace":
            (tree / "new").write_bytes(FILES["a"])
            (tree / "new").replace(victim)
        case "remove":
            victim.unlink()
        case _:
            victim.unlink()
            os.mkfifo(victim)
    run = start(offered, into)
    sender, receiver = await run.run()
    assert sender == Outcome(4, 640_001, 1)
    assert isinstance(receiver, Outcome)
    expected = "file-vanished" if change == "remove" else "file-changed"
    for side in ("sender", "receiver"):
        (failed,) = run.of(side, events.FileFailed)
        assert isinstance(failed, events.FileFailed)
        assert (failed.path, failed.code) == ("tree/a", expected)
    assert visible(into) == {f"tree/{path}": data for path, data in FILES.items() if path != "a"}


@pytest.mark.parametrize("change", ["append", "overwrite", "cut"])
async def test_a_file_that_may_grow_is_sent_as_it_was(tmp_path: Path, into: Path, change: str) -> None:
    tree = make(tmp_path / "tree", {"log": stream(3_000_000)})
    run = start(await scan([tree], Policy(growing=True)), into)

    def on_data(frame: bytes) -> bytes:
        if run.made[0][0].sent in (20, 40):
            with (tree / "log").open("r+b") as log:
                if change == "cut":
                    log.truncate(2_000_000)
                else:
                    log.seek(0, 2 if change == "append" else 0)
                    log.write(b"more")
        return frame

    run.prepare = lambda left, right: setattr(left, "change", on_data)
    sender, _ = await run.run()
    if change == "append":
        assert sender == Outcome(1, 3_000_000, 0)
        assert visible(into) == {"tree/log": stream(3_000_000)}
    else:
        assert sender == Outcome(0, 0, 1)


async def test_a_file_that_changes_midway(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(8_000_000), "b": b"b"})
    run = start(await scan([tree]), into)

    def on_data(frame: bytes) -> bytes:
        if run.made[0][0].sent == 40:
            os.utime(tree / "a", ns=(1, 1))
        return frame

    run.prepare = lambda left, right: setattr(left, "change", on_data)
    sender, _ = await run.run()
    assert sender == Outcome(1, 1, 1)
    assert visible(into) == {"tree/b": b"b"}


async def stop_midway(offered: OfferedTree, into: Path, at: int = 24) -> None:
    """A fetch whose person gives up at this request: all before it but a window are stored then."""
    run = start(offered, into)

    def watch(frame: bytes) -> bytes:
        if frame[0] == frames.REQUEST and frames.decode(frame).request == at:  # type: ignore[union-attr]
            run.receiver.cancel()
        return frame

    run.prepare = lambda left, right: setattr(right, "change", watch)
    assert [code(end) for end in await run.run()] == ["cancelled", "cancelled"]


def requested(run: Run) -> set[tuple[int, int]]:
    """Watch which chunks are asked for."""
    asked: set[tuple[int, int]] = set()

    def note(frame: bytes) -> bytes:
        if frame[0] == frames.REQUEST:
            request = frames.decode(frame)
            assert isinstance(request, frames.Request)
            asked.add((request.file, request.chunk))
        return frame

    run.prepare = lambda left, right: setattr(right, "change", note)
    return asked


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


def noted(run: Run) -> list[str]:
    return [event.message for event in run.of("receiver", events.Noted) if isinstance(event, events.Noted)]


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


async def test_names_that_are_changed_are_told(tmp_path: Path, into: Path) -> None:
    run = start(hostile(messages.Entry(path="a:b"), messages.Entry(path="fine"), messages.Entry(path="x?")), into)
    await run.run()
    assert noted(run) == ["names that not every system can hold were changed: 'a:b' is 'a_b', 'x?' is 'x_'"]


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
from tests.support.transfers import start

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


@pytest.mark.parametrize("who", ["sender", "receiver"])
async def test_pause_and_go_on(tmp_path: Path, into: Path, who: str) -> None:
    tree = make(tmp_path / "tree", {"a": stream(20_000_000)})
    run = start(await scan([tree]), into)
    session = run.sender if who == "sender" else run.receiver
    paused = asyncio.Event()

    def midway(frame: bytes) -> bytes:
        if run.made[0][0].sent == 60:
            session.pause()
            paused.set()
        return frame

    run.prepare = lambda left, right: setattr(left, "change", midway)
    running = asyncio.create_task(run.run())
    await paused.wait()
    before = 0
    while before != run.made[0][0].sent:
        before = run.made[0][0].sent
        await asyncio.sleep(0.3)  # what was asked for may still come
    assert not running.done(), "a pause holds it up"
    session.resume()
    assert (await running)[0] == Outcome(1, 20_000_000, 0)
    for side in ("sender", "receiver"):
        assert run.of(side, events.Paused) == [
            events.Paused(by="me" if side == who else "them", session="s" if side == "sender" else "")
        ]
        assert len(run.of(side, events.Resumed)) == 1


async def test_cancelling_the_wait_cancels_the_session(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(20_000_000)})
    run = start(await scan([tree]), into)
    run.connect()
    sending = asyncio.create_task(run.sender.wait())
    receiving = asyncio.create_task(run.receiver.wait())
    while run.made[0][0].sent < 20:
        await asyncio.sleep(0)
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    with pytest.raises(TransferError, match="the other side cancelled"):
        await sending
    assert visible(into) == {}


async def test_a_decision_that_fails_ends_both(tree: Path, into: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(offered: events.Offered) -> bool:
        raise ZeroDivisionError

    ends = await start(await scan([tree]), into, broken).run()
    assert [code(end) for end in ends] == ["internal", "internal"]
    assert "ZeroDivisionError" in caplog.text


# --- disks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_too_little_room_is_noticed_before_it_starts(tmp_path: Path, small_disk: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(9_000_000)})
    run = start(await scan([tree]), small_disk)
    ends = await run.run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert not run.of("receiver", events.Accepted)
    assert list(small_disk.iterdir()) == []


async def test_a_disk_that_fills_up_midway_and_going_on_with_more_room(tmp_path: Path, small_disk: Path) -> None:
    """Room for a file is reserved when it is begun, so another of the same offer is what finds none."""
    tree = make(tmp_path / "tree", {name: stream(2_000_000, name.encode()) for name in "abc"})
    run = start(await scan([tree]), small_disk)

    def fill(frame: bytes) -> bytes:
        if run.made[0][0].sent == 30:
            (small_disk / "other").write_bytes(bytes(4_000_000))
        return frame

    run.prepare = lambda left, right: setattr(left, "change", fill)
    ends = await run.run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert visible(small_disk).keys() <= {"other", "tree/a", "tree/b"}
    (small_disk / "other").unlink()
    sender, _ = await start(await scan([tree]), small_disk).run()
    assert sender == Outcome(3, 6_000_000, 0)
    assert tree_of(small_disk / "tree") == tree_of(tree)


async def test_a_target_that_cannot_be_written(tmp_path: Path, tree: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ends = await transfer(tree, into=small_disk)
    assert [code(end) for end in ends] == ["unwritable", "unwritable"]
    assert "Read-only file system" in str(ends[1])


async def test_a_target_that_is_a_file(tmp_path: Path, tree: Path, into: Path) -> None:
    into.write_bytes(b"")
    ends = await transfer(tree, into=into)
    assert [code(end) for end in ends] == ["unwritable", "unwritable"]


# --- hostile senders -------------------------------------------------------------------------------------------------


class Anything:
    """Content of any size."""

    def read(self, file: int, offset: int, length: int) -> bytes:
        return bytes(length)

    def close(self) -> None:
        pass


def hostile(*entries: messages.Entry) -> OfferedTree:
    return OfferedTree(entries, Anything(), "")


@pytest.mark.parametrize(
    "path", ["../x", "/tmp/x", "a/../../x", "C:/x", "a\0b", ".", "..", "a//b", "a/", "\\\\..\\x/../y"]
)
async def test_paths_that_lead_out(into: Path, path: str) -> None:
    ends = await start(hostile(messages.Entry(path=path, size=1)), into).run()
    assert [code(end) for end in ends] == ["bad-manifest", "bad-manifest"]
    assert not into.exists()


async def test_names_that_deceive(into: Path) -> None:
    names = [
        "..\\..\\x",
        "CON",
        "a\u202egpj.exe",
        "x" * 1000 + ".txt",
        "nul.",
        "a:b",
        "\x1b]0;x\x07",
        "A",
        "a",
        "\u00e9",
        "e\u0301",
    ]
    _, outcome = await start(hostile(*(messages.Entry(path=name, size=1) for name in names)), into).run()
    assert isinstance(outcome, Outcome)
    found = sorted(path.name for path in into.iterdir())
    assert found == sorted(
        [
            ".._.._x",
            "_CON",
            "a_gpj.exe",
            "x" * 251 + ".txt",
            "_nul_",
            "a_b",
            "_]0;x_",
            "A",
            "a",
            "\u00e9",
            "e\u0301 (2)",
        ]
    )


async def test_a_file_as_large_as_can_be_said(into: Path) -> None:
    ends = await start(hostile(messages.Entry(path="a", size=2**53 - 1)), into).run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert list(into.iterdir()) == []


async def test_a_text_that_is_none(into: Path) -> None:
    tree = OfferedTree([messages.Entry(path="t", size=2)], Text(b"\xff\xfe"), "", text=True)
    run = start(tree, into)
    sender, receiver = await run.run()
    assert (sender, receiver) == (Outcome(0, 0, 1), Outcome(0, 0, 1))
    assert not run.of("receiver", events.Text)
    (failed,) = run.of("receiver", events.FileFailed)
    assert isinstance(failed, events.FileFailed)
    assert (failed.code, failed.message) == ("corrupt", "the text is not in UTF-8")


async def test_a_link_in_the_target_is_not_followed(tmp_path: Path, into: Path) -> None:
    """Somebody who can write beside us turns the top folder into a link; a new one is made instead."""
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    await stop_midway(await scan([tree]), into)
    outside = tmp_path / "outside"
    outside.mkdir()
    (into / "tree").rmdir()
    (into / "tree").symlink_to(outside)
    await start(await scan([tree]), into).run()
    assert list(outside.iterdir()) == []
    assert tree_of(into / "tree (1)") == tree_of(tree)
