"""A transfer that moves between two real links, over data channels, while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pypeer.links.link import Link
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol import frames
from pypeer.secure.keys import Role
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.sources import scan
from tests.support.linked import PATIENCE_S, Side, joined, links
from tests.support.memory_link import link_pair
from tests.support.transfers import make, tree_of
from tests.vectors.stream import stream

Ends = tuple[WebRtcLink, WebRtcLink]
SIZE = 20_000_000
CHUNKS = -(-SIZE // 262_144)
RELAY, DIRECT = 2, 0


class Moving:
    """Two sessions, what was asked for on which link, and which links were idle."""

    def __init__(self, sender: SendSession, receiver: ReceiveSession) -> None:
        self.sender, self.receiver = sender, receiver
        self.asked: list[tuple[Link, int]] = []
        self.idle: list[Link] = []
        self.closing: set[asyncio.Task[None]] = set()
        receiver.on_idle = self._on_idle

    def attach(self, receiving: Link, sending: Link, rank: int) -> None:
        """Both ends of a link, and a note of each chunk that is asked for on it."""
        send = receiving.send

        def noting(frame: bytes, rest: bytes | memoryview = b"") -> None:
            said = frames.decode(frame)
            if isinstance(said, frames.Request):
                self.asked.append((receiving, said.chunk))
            send(frame, rest)

        receiving.send = noting  # type: ignore[method-assign]
        self.sender.attach(sending, rank)
        self.receiver.attach(receiving, rank)

    async def asks(self, link: Link, count: int) -> None:
        """Wait until this many chunks were asked for on a link."""
        async with asyncio.timeout(PATIENCE_S):
            while sum(each is link for each, _ in self.asked) < count:
                await asyncio.sleep(0.001)

    def _on_idle(self, link: Link) -> None:
        self.idle.append(link)
        self.closing.add(asyncio.create_task(link.close()))

    async def ends(self) -> tuple[Outcome, Outcome]:
        """How it ended at both sides."""
        async with asyncio.timeout(PATIENCE_S):
            ends = await asyncio.gather(self.sender.wait(), self.receiver.wait())
        await asyncio.gather(*self.closing)
        return ends[0], ends[1]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make(tmp_path / "tree", {"a": stream(SIZE)})


async def moving(tree: Path, into: Path) -> Moving:
    sender = SendSession(await scan([tree]), "s", lambda event: None)
    return Moving(sender, ReceiveSession(into, accept_all, lambda event: None))


@asynccontextmanager
async def two_links() -> AsyncIterator[tuple[Ends, Ends]]:
    """Two data channels between the same two, each over a path of its own: the ends of the receiver and the sender."""
    sides = [Side(Role.A), Side(Role.B), Side(Role.A), Side(Role.B)]
    async with joined(sides[0], sides[1]), joined(sides[2], sides[3]):
        yield await links(sides[0], sides[1]), await links(sides[2], sides[3])


async def test_it_moves_to_a_better_link_and_asks_for_nothing_twice(tree: Path, tmp_path: Path) -> None:
    both = await moving(tree, tmp_path / "into")
    async with two_links() as (relay, direct):
        both.attach(*relay, RELAY)
        await both.asks(relay[0], 20)
        both.attach(*direct, DIRECT)
        sender, receiver = await both.ends()
    assert (sender.bytes, receiver.bytes) == (SIZE, SIZE)
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    assert sorted(chunk for _, chunk in both.asked) == list(range(CHUNKS)), "each once"
    assert both.idle == [relay[0]]
    assert 20 <= sum(link is relay[0] for link, _ in both.asked) < CHUNKS


async def test_it_falls_back_when_the_better_link_dies(tree: Path, tmp_path: Path) -> None:
    both = await moving(tree, tmp_path / "into")
    both.receiver.on_idle = both.idle.append
    async with two_links() as (relay, direct):
        both.attach(*relay, RELAY)
        both.attach(*direct, DIRECT)
        await both.asks(direct[0], 20)
        await direct[1]._attempt.close()  # without a word
        await both.ends()
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    assert {link for link, _ in both.asked[-10:]} == {relay[0]}


async def test_what_was_asked_for_on_a_link_that_got_stuck_is_asked_for_again_once_it_is_lost(
    tree: Path, tmp_path: Path
) -> None:
    both = await moving(tree, tmp_path / "into")
    stuck, other = link_pair(), link_pair()
    both.attach(*stuck, DIRECT)
    await both.asks(stuck[0], 8)
    stuck[1]._window = 0  # nothing leaves this end any more
    both.attach(*other, RELAY)
    stuck[1].cut()
    await both.ends()
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    assert any(link is other[0] for link, _ in both.asked)


async def test_a_link_without_a_rank_takes_the_place_of_the_others(tree: Path, tmp_path: Path) -> None:
    both = await moving(tree, tmp_path / "into")
    first, second = link_pair(), link_pair()
    both.attach(*first, DIRECT)
    await both.asks(first[0], 20)
    both.sender.attach(second[1])
    both.receiver.attach(second[0])
    await both.ends()
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    assert not both.idle


async def test_of_several_links_one_can_be_kept_when_the_best_gives_no_answer(tree: Path, tmp_path: Path) -> None:
    both = await moving(tree, tmp_path / "into")
    both.receiver.on_idle = both.idle.append
    relay, stuck = link_pair(), link_pair()
    both.attach(*relay, RELAY)
    both.attach(*stuck, DIRECT)
    await both.asks(stuck[0], 8)
    stuck[1]._window = 0  # nothing leaves this end any more
    both.receiver.attach(relay[0])
    await both.ends()
    assert tree_of(tmp_path / "into" / "tree") == tree_of(tree)
    assert both.asked[-1][0] is relay[0]
