"""Links through the relay inside a WebSocket, one after the other, as docs/protocol.md has them.

Role A begins each, role B answers; they are counted apart from those over direct paths.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiohttp

from pypeer.connect import trouble
from pypeer.connect.tcp.terms import Terms
from pypeer.errors import ConnectError
from pypeer.links.websocket import CLOSE_S, WebSocketLink
from pypeer.protocol.report import REPORT_VERSION, ConnectionReport
from pypeer.protocol.sealed import Relay
from pypeer.secure.encoding import b64, unb64
from pypeer.secure.keys import Role
from pypeer.secure.records import Exchange, RecordError, RecordOpener, RecordSealer
from pypeer.signaling_client.pair import Pair
from pypeer.websocket import WebSocket
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.frames import Kind, with_room
from signaling.protocol.relaying import Join, decode_joined

if TYPE_CHECKING:
    from pypeer.connect.gathering import Gathering

OPEN_S: Final = 15.0
"""Bound of one link, from the start to the first record: TCP, TLS, and two round trips, through a slow proxy."""

_log = logging.getLogger("byway.connect")


@dataclass(frozen=True, slots=True)
class Access:
    """The right to use the relay as one member of a pair, and how to get there."""

    ticket: Callable[[], Awaitable[str]]
    """Gives one that is good, after asking the server if need be."""
    dial: Callable[[], Awaitable[WebSocket]]
    """Raises aiohttp.ClientError and OSError."""
    url: str = ""
    """Of the relay, for reports."""


@dataclass(frozen=True, slots=True)
class RelayFailed:
    """A link did not open: what its person is told, and the report of the attempt."""

    error: ConnectError
    report: ConnectionReport


@dataclass(frozen=True, slots=True)
class Ways:
    """What may lead to one peer: `gather` makes sockets, `gathered` has the first, `access` is the relay's, if any.

    `tcp` is whether, and how, links over TCP are made.
    """

    gather: "Callable[[], Gathering]"
    gathered: "Gathering"
    access: Access | None = None
    tcp: Callable[[Pair], Terms] | None = None


class DetourError(Exception):
    """The relay did not bring the two together; the text says why. `code` is that of the close, 0 if it was not."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class Detour:
    """Makes links to one peer. `bind` is the meeting's; `on_link` gets what opened, `on_failed` the end of what did
    not."""

    def __init__(
        self,
        role: Role,
        access: Access,
        bind: bytes,
        send: Callable[[Relay], None],
        on_link: Callable[[WebSocketLink], None],
        on_failed: Callable[[RelayFailed], None],
    ) -> None:
        self._role = role
        self._access = access
        self._bind = bind
        self._send = send
        self._on_link = on_link
        self._on_failed = on_failed
        self._number = -1
        self._remote: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._opening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Role A: begin a link; one that is being made is given up."""
        assert self._role is Role.A
        self._begin(self._number + 1)

    def handle(self, message: Relay) -> None:
        """The other side's word about a link."""
        if self._role is Role.B and message.link > self._number:
            self._begin(message.link)
        if message.link == self._number and not self._remote.done():
            self._remote.set_result(message.key)

    async def close(self) -> None:
        """Give up what is being made; links that are open are their owner's."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)

    def _begin(self, number: int) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._number = number
        self._remote = asyncio.get_running_loop().create_future()
        exchange = Exchange(self._role, self._bind, number)
        self._send(Relay(link=number, key=b64(exchange.public)))
        self._opening = asyncio.create_task(self._open(number, exchange, self._remote))

    async def _open(self, number: int, exchange: Exchange, remote: asyncio.Future[str]) -> None:
        try:
            async with asyncio.timeout(OPEN_S):
                link = await self._dial(number, exchange, remote)
        except (aiohttp.ClientError, OSError, TimeoutError, DetourError, RecordError, MessageError) as error:
            self._failed(number, error)
        else:
            self._on_link(link)

    def _failed(self, number: int, error: Exception) -> None:
        detail = "it did not bring the two sides together in time" if isinstance(error, TimeoutError) else str(error)
        code = error.code if isinstance(error, DetourError) else 0
        found = trouble.of_websocket(self._access.url, code, detail or type(error).__name__)
        _log.info("link %d: %s", number, found.text)
        report = ConnectionReport(v=REPORT_VERSION, link=number, outcome="failed", scope="relay", relays=(found,))
        self._on_failed(RelayFailed(ConnectError(found.text), report))

    async def _dial(self, number: int, exchange: Exchange, remote: asyncio.Future[str]) -> WebSocketLink:
        ticket = await self._access.ticket()
        socket = await self._access.dial()
        try:
            join = encode(Join(ticket=ticket, link=number, bytes=limits.RELAY_MESSAGE_BYTES_MAX))
            socket.send(Kind.TEXT, with_room(join.encode()))
            joined = decode_joined(await _next(socket, Kind.TEXT))
            sealer, opener = exchange.finish(_key(await remote))
            await self._greet(socket, sealer, opener)
            return WebSocketLink(socket, sealer, opener, min(joined.bytes, limits.RELAY_MESSAGE_BYTES_MAX))
        except BaseException:
            await _hang_up(socket)
            raise

    async def _greet(self, socket: WebSocket, sealer: RecordSealer, opener: RecordOpener) -> None:
        """A byte makes the round trip: A's first record is answered by B's."""
        if self._role is Role.A:
            socket.send(Kind.BINARY, with_room(sealer.seal(b"")))
        opener.open(await _next(socket, Kind.BINARY))
        if self._role is Role.B:
            socket.send(Kind.BINARY, with_room(sealer.seal(b"")))


async def _next(socket: WebSocket, kind: Kind) -> bytes:
    """The next message, which has to be of a kind; raises DetourError."""
    message = await socket.receive()
    if message is None or message.kind is not kind:
        raise DetourError(f"the connection was closed (code {socket.code or 0})", socket.code or 0)
    return bytes(message.payload)


def _key(text: str) -> bytes:
    try:
        return unb64(text)
    except ValueError as error:
        raise DetourError(f"not a key: {error}") from None


async def _hang_up(socket: WebSocket) -> None:
    socket.close(CloseCode.DONE)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await socket.wait_closed()
