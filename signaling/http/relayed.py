"""Pairs relayed inside WebSockets (docs/protocol.md, "The relay inside a WebSocket"): the rooms with their sockets.

One task for each connection reads a message and delivers it before it reads the next. So the other side's pace is felt
through TCP up to the sender, what one direction holds is a message and the buffers of two sockets, and pairs get their
turns from the event loop. Nothing but its own task closes a socket. Who is too slow is noticed by the clock of the
server: a timer for each message would cost as much as the message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from math import inf
from typing import Final, TypeAlias, TypeVar

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from signaling.http.wire import CLOSE_S
from signaling.logs import line, log
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.relaying import Join, Joined, decode_join
from signaling.relay.rooms import Effect, Hangup, Rooms, TellJoined
from signaling.relay.server import tell
from signaling.relay.tickets import Member

DATA: Final = frozenset({WSMsgType.BINARY, WSMsgType.TEXT})

Code: TypeAlias = CloseCode | WSCloseCode

_Result = TypeVar("_Result")


class EndError(Exception):
    """This connection is to be closed with a code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Carrier:
    """One connection."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket = socket
        self.code: Code | None = None
        """Why this side closes it."""
        self.task: asyncio.Task[None] | None = None
        self.takes_by = inf
        """When what is being delivered to it has to be taken."""
        self._sends_by, self._late = inf, CloseCode.IDLE
        self._transport = transport
        self._waiting = False

    @property
    def closed_with(self) -> int:
        """The close code, of whichever side."""
        return self.code or self.socket.close_code or WSCloseCode.ABNORMAL_CLOSURE

    def close(self, code: Code) -> None:
        """Close it, once the message is delivered that it is just delivering."""
        self.code = self.code or code
        if self._waiting and self.task is not None:
            self.task.cancel()

    def cut(self, code: CloseCode) -> None:
        """Close it without a word: it does not read."""
        self.close(code)
        if self._transport is not None:
            self._transport.abort()

    def tick(self, now: float) -> None:
        """Close it if it is late."""
        if self._waiting and now >= self._sends_by:
            self.close(self._late)
        if now >= self.takes_by:
            self.cut(CloseCode.IDLE)

    async def receive(self, until: float, late: CloseCode) -> WSMessage:
        """The next message; `late` is why it is closed if there is none until then."""
        self._sends_by, self._late = until, late
        return await self._wait(self.socket.receive())

    async def rest(self, seconds: float) -> None:
        """Let time pass."""
        self._sends_by = inf
        await self._wait(asyncio.sleep(seconds))

    async def hang_up(self) -> None:
        """The closing handshake; it comes after everything that was sent before."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.socket.close(code=self.code or WSCloseCode.OK, drain=False)
        except TimeoutError:
            self.cut(CloseCode.IDLE)

    async def _wait(self, work: Awaitable[_Result]) -> _Result:
        """Wait for something that may be given up when this is to be closed."""
        self._waiting = True
        try:
            return await work
        finally:
            self._waiting = False


class Relayed:
    """All connections of a server. `whose` tells whom a ticket admits."""

    def __init__(self, rooms: Rooms, whose: Callable[[str], Member | None], clock: Callable[[], float]) -> None:
        self._rooms = rooms
        self._whose = whose
        self._clock = clock
        self._numbers = count(1)
        self._carriers: dict[int, Carrier] = {}
        self._empty = asyncio.Event()

    async def serve(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> int:
        """Carry one connection from its handshake to its end, and return its close code."""
        number = next(self._numbers)
        carrier = self._carriers[number] = Carrier(socket, transport)
        carrier.task = asyncio.create_task(self._carry(number, carrier))
        try:
            await asyncio.wait({carrier.task})
            self._leave(number)
            await carrier.hang_up()
        finally:
            carrier.task.cancel()
            self._leave(number)
            del self._carriers[number]
            if not self._carriers:
                self._empty.set()
        return carrier.closed_with

    def tick(self) -> None:
        """Let the rooms know the time, now."""
        now = self._clock()
        self._do_all(self._rooms.tick(now))
        for carrier in tuple(self._carriers.values()):
            carrier.tick(now)

    def close(self) -> None:
        """The server ends: everybody is told to come back later."""
        self._do_all(self._rooms.close(self._clock()))
        for carrier in self._carriers.values():
            carrier.close(CloseCode.RESTARTING)

    async def wait_closed(self) -> None:
        """Wait until nobody is connected."""
        while self._carriers:
            self._empty.clear()
            await self._empty.wait()

    async def _carry(self, number: int, carrier: Carrier) -> None:
        try:
            await self._join(number, carrier)
            while carrier.code is None:
                message = await carrier.receive(self._clock() + self._patience(number), CloseCode.IDLE)
                if message.type not in DATA:
                    return
                await self._relay(number, carrier, message)
        except EndError as end:
            carrier.close(end.code)
        except Exception as error:
            log.error(line("fault", error=error), exc_info=error)
            carrier.close(CloseCode.INTERNAL)

    async def _join(self, number: int, carrier: Carrier) -> None:
        message = await carrier.receive(self._clock() + limits.RELAY_JOIN_S, CloseCode.SIGN_IN_TIMEOUT)
        join = _read(message)
        member = self._whose(join.ticket)
        if member is None:
            raise EndError(CloseCode.TICKET)
        for effect in self._rooms.join(number, member, join.link, join.bytes, self._clock()):
            if isinstance(effect, TellJoined):
                await self._send_joined(effect)
            else:
                self._do(effect)

    def _patience(self, number: int) -> float:
        """How long one may be silent: whoever waits for the other is let go by the rooms."""
        alone = self._rooms.passage(number) is None
        return limits.RELAY_ALONE_S + limits.RELAY_IDLE_S if alone else limits.RELAY_IDLE_S

    async def _relay(self, number: int, carrier: Carrier, message: WSMessage) -> None:
        passage = self._rooms.passage(number)
        if passage is None or message.type is not WSMsgType.BINARY:
            raise EndError(CloseCode.MALFORMED)
        if len(message.data) > passage.largest:
            raise EndError(WSCloseCode.MESSAGE_TOO_BIG)
        if debt := self._rooms.debt(passage, self._clock()):
            await carrier.rest(debt)
        self._rooms.pay(passage, len(message.data), self._clock())
        await self._deliver(self._carriers[passage.partner], message.data)

    async def _deliver(self, other: Carrier, data: bytes) -> None:
        other.takes_by = self._clock() + limits.RELAY_IDLE_S
        try:
            await other.socket.send_bytes(data)
        except ConnectionError:
            raise EndError(CloseCode.PARTED) from None
        finally:
            other.takes_by = inf

    async def _send_joined(self, told: TellJoined) -> None:
        carrier = self._carriers.get(told.connection)
        if carrier is not None:
            try:
                await carrier.socket.send_str(encode(Joined(bytes=told.bytes, idle=limits.RELAY_IDLE_S)))
            except ConnectionError as error:
                log.debug(line("send-failed", error=error))

    def _leave(self, number: int) -> None:
        self._do_all(self._rooms.left(number, self._clock()))

    def _do_all(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Hangup():
                carrier = self._carriers.get(effect.connection)
                if carrier is not None:
                    carrier.close(effect.code)
            case TellJoined():
                raise AssertionError(effect)
            case _:
                tell(effect)


def _read(message: WSMessage) -> Join:
    """The first message; raises EndError if it is none that may come first, or the end."""
    if message.type is WSMsgType.TEXT:
        try:
            return decode_join(message.data)
        except MessageError as error:
            log.debug(line("bad-join", error=error))
    raise EndError(CloseCode.MALFORMED if message.type in DATA else CloseCode.DONE)
