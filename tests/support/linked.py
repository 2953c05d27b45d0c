"""Two connectors in one process, joined without a server: what one says the other hears, in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from pypeer.connect.connector import Connector
from pypeer.connect.gathering import Gathering
from pypeer.connect.options import ConnectOptions
from pypeer.connect.servers import Servers
from pypeer.errors import ConnectError
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Candidate, Description, Network, SealedMessage
from pypeer.secure.keys import Role

PATIENCE_S: Final = 60.0
"""How long anything may take on a busy machine."""


@dataclass(eq=False)
class Side:
    """One peer: its connector, and what came of it."""

    role: Role
    servers: Servers = field(default_factory=Servers)
    options: ConnectOptions = field(default_factory=ConnectOptions)
    reports: list[ConnectionReport] = field(default_factory=list)
    frames: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    said: list[SealedMessage] = field(default_factory=list)

    def join(self, other: "Side") -> None:
        """Make the connector; what it says goes to the other side."""
        loop = asyncio.get_running_loop()
        self.link: asyncio.Future[WebRtcLink] = loop.create_future()
        self.failed: asyncio.Future[ConnectError] = loop.create_future()
        self.closed = asyncio.Event()

        def send(message: SealedMessage) -> None:
            self.said.append(message)
            assert isinstance(message, Description | Candidate | Network)
            loop.call_soon(other.connector.handle, message)

        self.connector = Connector(
            self.role, send, self._opened, self._failed, self._gather, on_report=self.reports.append
        )

    def _gather(self) -> Gathering:
        return Gathering(self.servers, self.options)

    def _opened(self, link: WebRtcLink) -> None:
        link.start(self.frames.put_nowait, self.closed.set)
        self.link.set_result(link)

    def _failed(self, error: ConnectError) -> None:
        if not self.failed.done():
            self.failed.set_result(error)


@asynccontextmanager
async def joined(a: Side, b: Side) -> AsyncIterator[None]:
    """Two sides that begin to connect; closed at the end."""
    a.join(b)
    b.join(a)
    a.connector.connect()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    finally:
        await asyncio.gather(a.connector.close(), b.connector.close())


async def links(a: Side, b: Side) -> tuple[WebRtcLink, WebRtcLink]:
    """Both links, once they are open."""
    return await a.link, await b.link


async def echo(a: Side, b: Side, text: bytes = b"hello") -> None:
    """A frame each way."""
    one, other = await links(a, b)
    one.send(text)
    assert await b.frames.get() == text
    other.send(text[::-1])
    assert await a.frames.get() == text[::-1]


def ufrags(side: Side) -> list[str]:
    """ICE user names in the descriptions that a side sent."""
    return [line_of(message.sdp, "a=ice-ufrag:") for message in side.said if isinstance(message, Description)]


def line_of(text: str, start: str) -> str:
    """The rest of the first line that starts so."""
    return next(line.removeprefix(start) for line in text.splitlines() if line.startswith(start))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that no event tells."""
    while not condition():
        await asyncio.sleep(0.01)
