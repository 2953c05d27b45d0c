"""Several senders of the same, one receiver: their sum, one that goes, one that offers something else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pypeer.errors import PeerError, TransferError
from pypeer.protocol.codes import EndCode
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.source import Source
from pypeer.transfer.sources import scan
from tests.support.shaped_link import ShapedLink, shaped_pair
from tests.support.transfers import make, tree_of
from tests.vectors.stream import stream

PATIENCE_S = 60.0
SIZE = 12_000_000
FILES = {"a": stream(SIZE), "d/b": b"hello", "d/c": stream(700_000)}


@dataclass
class One:
    """A sender, and what the receiver knows of it."""

    session: SendSession
    source: Source
    link: ShapedLink


async def offer(receiver: ReceiveSession, tree: Path, mbit: float = 50) -> One:
    """One more sender."""
    sender = SendSession(await scan([tree]), "s", lambda event: None)
    left, right = shaped_pair(mbit, 0.02)
    source = receiver.source()
    sender.attach(left, 0)
    source.attach(right, 0)
    return One(sender, source, right)


async def ends(*waiting: SendSession | ReceiveSession | Source) -> list[object]:
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.gather(*(each.wait() for each in waiting), return_exceptions=True)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not happened():
            await asyncio.sleep(0.01)


async def begun(one: One) -> None:
    """Wait until some of what it has is here."""
    await until(lambda: one.link.other.line.carried > SIZE / 8)


def receiving(into: Path) -> ReceiveSession:
    return ReceiveSession(into, accept_all, lambda event: None)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make(tmp_path / "tree", FILES)


async def test_several_give_their_sum(tree: Path, tmp_path: Path) -> None:
    receiver = receiving(tmp_path / "into")
    four = [await offer(receiver, tree, 25) for _ in range(4)]
    outcome, *others = await ends(receiver, *(one.source for one in four), *(one.session for one in four))
    assert isinstance(outcome, Outcome)
    assert (outcome.files, outcome.failed) == (3, 0)
    assert not any(isinstance(end, Exception) for end in others)
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    told = [one.link.other.line.carried for one in four]
    assert min(told) > SIZE / 8, "all four work, each for about a quarter"
    assert sum(told) < SIZE * 1.3, "what one tells no other tells again, but at the very end"


async def test_one_may_go(tree: Path, tmp_path: Path) -> None:
    receiver = receiving(tmp_path / "into")
    one, other = [await offer(receiver, tree) for _ in range(2)]
    one.source.on_lost = lambda: one.source.fail(TransferError("gone", EndCode.CANCELLED))
    ending = asyncio.create_task(ends(receiver, one.source, other.session))
    await begun(one)
    one.link.cut()
    outcome, gone, delivered = await ending
    assert isinstance(outcome, Outcome)
    assert isinstance(gone, PeerError)
    assert isinstance(delivered, Outcome)
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    one.session.cancel()


async def test_one_that_cancels_is_left_alone(tree: Path, tmp_path: Path) -> None:
    receiver = receiving(tmp_path / "into")
    one, other = [await offer(receiver, tree) for _ in range(2)]
    ending = asyncio.create_task(ends(receiver, one.source, other.session))
    await begun(one)
    one.session.cancel()
    outcome, gone, delivered = await ending
    assert isinstance(outcome, Outcome)
    assert isinstance(gone, PeerError)
    assert isinstance(delivered, Outcome)
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)


async def test_one_that_offers_something_else_is_left_alone(tree: Path, tmp_path: Path) -> None:
    receiver = receiving(tmp_path / "into")
    one = await offer(receiver, tree)
    await begun(one)
    names = make(tmp_path / "names" / "tree", {"a": stream(SIZE), "d/b": b"hello", "d/x": stream(700_000)})
    sizes = make(tmp_path / "sizes" / "tree", {"a": b"1"})
    bad = [await offer(receiver, names), await offer(receiver, sizes)]
    outcome, delivered, *gone = await ends(receiver, one.session, *(each.source for each in bad))
    assert isinstance(outcome, Outcome)
    assert isinstance(delivered, Outcome)
    assert all(isinstance(each, TransferError) and "something else" in str(each) for each in gone)
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)


async def test_the_same_names_with_other_content_never_mix(tree: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other" / "tree", {"a": stream(SIZE, b"x"), "d/b": b"HELLO", "d/c": stream(700_000)})
    receiver = receiving(tmp_path / "into")
    await offer(receiver, tree)
    await offer(receiver, other)
    (outcome,) = await ends(receiver)
    assert isinstance(outcome, Outcome)
    got = (tmp_path / "into" / "tree" / "a").read_bytes() if outcome.failed == 0 else FILES["a"]
    assert got in (FILES["a"], stream(SIZE, b"x"))
