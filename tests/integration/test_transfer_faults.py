"""Real files and what goes wrong on their way: links, frames, files that change, people."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from pypeer import events
from pypeer.errors import ConnectError, PeerError, TransferError
from pypeer.transfer.effects import Outcome
from pypeer.transfer.scanning import Policy
from pypeer.transfer.sources import scan
from tests.support.memory_link import MemoryLink
from tests.support.transfers import PATIENCE_S, Run, code, make, start, tree_of, visible
from tests.vectors.stream import stream

FILES = {"a": stream(900_000), "b": stream(40_000, b"b"), "sub/c": b"c", "sub/d": b"", "e": stream(600_000, b"e")}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make(tmp_path / "tree", FILES)


def whole(folder: Path) -> None:
    """Whatever has a final name is complete."""
    assert visible(folder).items() <= {f"tree/{path}": data for path, data in FILES.items()}.items()


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
    async with asyncio.timeout(PATIENCE_S):
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
    async with asyncio.timeout(PATIENCE_S):
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
    async with asyncio.timeout(PATIENCE_S):
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
