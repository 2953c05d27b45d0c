"""The asyncio shell of ice/gather.py: STUN servers are asked what they see of the bases of a link."""

import asyncio
import os
import time
from collections.abc import Callable

from pypeer.connect.bases import Bases
from pypeer.connect.ice.gather import Gatherer, Mapped
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Stun
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from signaling.protocol.stun import Message
from signaling.protocol.values import Address


class Reflexive:
    """`on_news` is called when more may be known, or when nothing more comes."""

    def __init__(self, bases: Bases, on_news: Callable[[], None]) -> None:
        self._bases = bases
        self._on_news = on_news
        self._gatherer = Gatherer(os.urandom)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def found(self) -> list[Mapped]:
        """What was answered."""
        return self._gatherer.found

    @property
    def mapping(self) -> Mapping:
        """What the NAT does, as far as is known now."""
        return self._gatherer.mapping()

    @property
    def is_done(self) -> bool:
        """Whether all that were asked have answered or been given up."""
        return self._gatherer.is_done

    def restart(self) -> None:
        """What was found holds no more."""
        self._gatherer = Gatherer(os.urandom)

    async def ask(self, server: Stun) -> None:
        """Ask a server about all bases that it was not asked about."""
        addresses = await resolve(server.host, server.port)
        for base, host in tuple(self._bases.hosts.items()):
            if host.kind is CandidateKind.HOST:
                for send in self._gatherer.ask(base, host.host, addresses, time.monotonic()):
                    self._bases.sockets.send(send.base, send.to, send.data)
        self._arm()

    def receive(self, base: int, source: Address, message: Message) -> Mapped | None:
        """An answer of a server; None if it is not for us."""
        return self._gatherer.receive(base, source, message, time.monotonic())

    def close(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.close()
        at = self._gatherer.wake_at()
        if at is not None:
            delay = max(0.0, at - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        for send in self._gatherer.tick(time.monotonic()):
            self._bases.sockets.send(send.base, send.to, send.data)
        self._arm()
        self._on_news()
