"""Two sides that connect by TCP in one process, joined without a server: what one says the other hears, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pypeer.connect.options import ConnectOptions
from pypeer.connect.tcp.calling import Calling
from pypeer.connect.tcp.terms import Terms
from pypeer.errors import ConnectError
from pypeer.identity import Identity
from pypeer.links.tls import TlsLink
from pypeer.octets import Arrived
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Tcp
from pypeer.secure.encoding import b64
from pypeer.secure.keys import Role
from tests.support.linked import PATIENCE_S

BIND = bytes(range(32))


@dataclass(eq=False)
class Caller:
    """One side, and what came of it."""

    role: Role
    identity: Identity = field(default_factory=Identity.new)
    bind: bytes = BIND
    options: ConnectOptions = field(default_factory=ConnectOptions)
    said: list[Tcp] = field(default_factory=list)
    frames: asyncio.Queue[Arrived] = field(default_factory=asyncio.Queue)
    silences: list[bool] = field(default_factory=list)
    dials: bool = True
    """Whether it hears where the other side listens."""

    def join(self, other: "Caller") -> None:
        """Make it; what it says goes to the other side."""
        loop = asyncio.get_running_loop()
        self.link: asyncio.Future[TlsLink] = loop.create_future()
        self.failed: asyncio.Future[ConnectionReport] = loop.create_future()
        self.closed = asyncio.Event()

        def send(message: Tcp) -> None:
            self.said.append(message)
            heard = message if other.dials else Tcp(link=message.link, certificate=message.certificate)
            loop.call_soon(other.calling.handle, heard)

        terms = Terms(self.role, self.bind, self.identity, other.identity.key, self.options)
        self.calling = Calling(terms, send, self._opened, self._failed)

    def _opened(self, link: TlsLink, report: ConnectionReport) -> None:
        self.report = report
        link.on_silent = self.silences.append
        link.start(self.frames.put_nowait, self.closed.set)
        self.link.set_result(link)

    def _failed(self, error: ConnectError, report: ConnectionReport) -> None:
        self.error = error
        if not self.failed.done():
            self.failed.set_result(report)


@asynccontextmanager
async def joined(a: Caller, b: Caller) -> AsyncIterator[None]:
    """Two sides that begin to connect; closed at the end."""
    a.join(b)
    b.join(a)
    a.calling.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    finally:
        await asyncio.gather(a.calling.close(), b.calling.close())
        await asyncio.gather(*(each.link.result().close() for each in (a, b) if each.link.done()))


def forged(identity: Identity) -> Tcp:
    """A message with somebody's certificate."""
    return Tcp(link=0, certificate=b64(identity.certify().der))
