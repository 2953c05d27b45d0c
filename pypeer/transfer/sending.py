"""The sending session: a core, the links to one receiver, what is read for them, and the tasks between."""

import asyncio
import time
from collections.abc import Callable

from pypeer.events import Event
from pypeer.links.link import Link
from pypeer.protocol import limits
from pypeer.threads import in_thread
from pypeer.transfer.answering import Answering
from pypeer.transfer.budget import Budget
from pypeer.transfer.effects import Effect, FindRoot, Found, Wake
from pypeer.transfer.parting import PartTree
from pypeer.transfer.sender import Sender
from pypeer.transfer.shell import Session
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.storing import Lost
from pypeer.transfer.swarm import Seeding


class SendSession(Session):
    """Offers a tree to one receiver."""

    def __init__(
        self,
        tree: OfferedTree,
        session_id: str,
        emit: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        budget: Budget | None = None,
        background: bool = False,
        seeding: Seeding | None = None,
    ) -> None:
        held = tree.ranges if isinstance(tree, PartTree) else list
        self._sender = Sender(tree.offer, tree.entries, background, held, seeding)
        self.on_helper: Callable[[str], None] = lambda code: None
        """Called with the code under which this receiver helps the others of the swarm."""
        super().__init__(self._sender, session_id, emit, clock)
        self._tree = tree
        self._budget = budget
        self._short = seeding is not None
        self._answering: dict[int, Answering] = {}
        self._roots: dict[int, None] = {}
        self._root_wanted = asyncio.Event()
        self._spawn(self._find_roots(), "transfer-roots")
        if isinstance(tree, PartTree):
            self._spawn(self._tell_gains(tree), "transfer-gains")

    def helper(self, code: str) -> None:
        """Another receiver helps under this code."""
        self._perform(self._sender.helper(code))

    def _sent(self) -> int:
        return self._sender.sent

    async def _tell_gains(self, tree: PartTree) -> None:
        told = 0
        while True:
            await asyncio.sleep(limits.HAVE_S)
            if told != tree.gains:
                told = tree.gains
                self._perform(self._sender.have())

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, FindRoot):
            self._roots[effect.file] = None
            self._root_wanted.set()
        elif isinstance(effect, Found):
            self.on_helper(effect.code)
        else:
            assert isinstance(effect, Wake)
            self._answering[effect.link].wake()

    def _link_there(self, number: int, link: Link) -> None:
        served = Answering(self._sender, number, link, self._tree, self._send, self._lost, self._budget, self._short)
        served.tasks = [
            self._spawn(served.read(), f"transfer-read-{number}"),
            self._spawn(served.answer(), f"transfer-answer-{number}"),
            self._spawn(served.hash(), f"transfer-hash-{number}"),
        ]
        self._answering[number] = served

    def _link_gone(self, number: int) -> None:
        for task in self._answering.pop(number).tasks:
            task.cancel()

    def _lost(self, lost: Lost) -> None:
        self._perform(self._sender.lost(lost, self._clock()))

    async def _find_roots(self) -> None:
        while True:
            self._root_wanted.clear()
            while self._roots:
                file = next(iter(self._roots))
                root = await in_thread(self._tree.hash_some, file)
                if root is not None:
                    self._roots.pop(file, None)
                    self._perform(self._sender.root_found(file, root, self._clock()))
            await self._root_wanted.wait()

    def _stop(self) -> None:
        self._roots.clear()

    def _release(self) -> None:
        self._tree.close()
