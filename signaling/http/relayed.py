"""Pairs relayed inside WebSockets (docs/protocol.md, "The relay inside a WebSocket"): the rooms with their sockets.

A message is delivered where it arrived, before the next of the same connection is read. So the other side's pace is
felt through TCP up to the sender, what one direction holds is a message and the buffers of two sockets, and pairs get
their turns from the event loop. Who is too slow is noticed by the clock of the server: a timer for each message would
cost as much as the message.
"""

import asyncio
from collections.abc import Callable
from itertools import count
from math import inf
from typing import TypeAlias

from aiohttp import WSCloseCode

from pypeer.websocket import ABNORMAL, WebSocket
from signaling.logs import line, log
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.frames import Kind, Message, with_room
from signaling.protocol.relaying import Join, Joined, decode_join
from signaling.relay.rooms import Effect, Hangup, Passage, Rooms, TellJoined
from signaling.relay.server import tell
from signaling.relay.tickets import Member

Code: TypeAlias = CloseCode | WSCloseCode


class EndError(Exception):
    """This connection is to be closed with a code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Carrier:
    """One connection, and when it is late."""

    def __init__(self, socket: WebSocket, sends_by: float) -> None:
        self.socket = socket
        self.sends_by = sends_by
        """When it has to have sent something, unless nothing is read from it."""
        self.takes_by = inf
        """When what is being delivered to it has to be taken."""
        self.resting: asyncio.TimerHandle | None = None
        """Until its pair may relay what it has sent: nothing more is read before."""
        self.late = CloseCode.SIGN_IN_TIMEOUT
        """Why it is closed if it sends nothing until then."""

    def tick(self, now: float) -> None:
        """Close it if it is late: without a word if it does not read."""
        if now >= self.sends_by and not self.socket.is_held:
            self.socket.close(self.late)
        if now >= self.takes_by:
            self.socket.code = self.socket.code or CloseCode.IDLE
            self.socket.abort()


class Relayed:
    """All connections of a server. `whose` tells whom a ticket admits."""

    def __init__(self, rooms: Rooms, whose: Callable[[str], Member | None], clock: Callable[[], float]) -> None:
        self._rooms = rooms
        self._whose = whose
        self._clock = clock
        self._numbers = count(1)
        self._carriers: dict[int, Carrier] = {}
        self._empty = asyncio.Event()

    async def serve(self, socket: WebSocket) -> int:
        """Carry one connection from its handshake to its end, and return its close code."""
        number = next(self._numbers)
        carrier = self._carriers[number] = Carrier(socket, self._clock() + limits.RELAY_JOIN_S)
        try:
            self._start(number, carrier, self._join)
            await socket.wait_closed()
        finally:
            socket.abort()
            self._leave(number)
            del self._carriers[number]
            if not self._carriers:
                self._empty.set()
        return socket.code or ABNORMAL

    def tick(self) -> None:
        """Let the rooms know the time, now."""
        now = self._clock()
        self._do_all(self._rooms.tick(now))
        for carrier in tuple(self._carriers.values()):
            carrier.tick(now)

    def close(self) -> None:
        """The server ends: everybody is told to come back later."""
        self._do_all(self._rooms.close(self._clock()))
        for carrier in tuple(self._carriers.values()):
            carrier.socket.close(CloseCode.RESTARTING)

    async def wait_closed(self) -> None:
        """Wait until nobody is connected."""
        while self._carriers:
            self._empty.clear()
            await self._empty.wait()

    def _start(self, number: int, carrier: Carrier, take: Callable[[int, Carrier, Message], None]) -> None:
        """From now on, `take` its messages."""

        def on_message(message: Message) -> None:
            try:
                take(number, carrier, message)
            except EndError as end:
                carrier.socket.close(end.code)
            except Exception as error:
                log.error(line("fault", error=error), exc_info=error)
                carrier.socket.close(CloseCode.INTERNAL)

        carrier.socket.start(on_message, lambda: self._has_room(number, carrier), lambda: self._leave(number))

    def _join(self, number: int, carrier: Carrier, message: Message) -> None:
        join = _read(message)
        member = self._whose(join.ticket)
        if member is None:
            raise EndError(CloseCode.TICKET)
        now = self._clock()
        carrier.sends_by, carrier.late = now + limits.RELAY_ALONE_S + limits.RELAY_IDLE_S, CloseCode.IDLE
        self._start(number, carrier, self._relay)
        self._do_all(self._rooms.join(number, member, join.link, join.bytes, now))

    def _relay(self, number: int, carrier: Carrier, message: Message) -> None:
        passage = self._rooms.passage(number)
        if passage is None or message.kind is not Kind.BINARY:
            raise EndError(CloseCode.MALFORMED)
        if len(message.payload) > passage.largest:
            raise EndError(WSCloseCode.MESSAGE_TOO_BIG)
        if debt := self._rooms.debt(passage, self._clock()):
            carrier.socket.hold()
            loop = asyncio.get_running_loop()
            carrier.resting = loop.call_later(debt, self._pass_on, number, carrier, passage, message)
        else:
            self._pass_on(number, carrier, passage, message)

    def _pass_on(self, number: int, carrier: Carrier, passage: Passage, message: Message) -> None:
        """Deliver it, if both are still here: it may have waited for the rate of its pair."""
        carrier.resting = None
        if self._rooms.passage(number) is passage:
            now = self._clock()
            carrier.sends_by = now + limits.RELAY_IDLE_S
            self._rooms.pay(passage, len(message.payload), now)
            self._deliver(carrier, self._carriers[passage.partner], message)

    def _deliver(self, carrier: Carrier, other: Carrier, message: Message) -> None:
        other.socket.send(message.kind, message.data)
        self._go_on(carrier, other)

    def _go_on(self, carrier: Carrier, other: Carrier) -> None:
        """Read the next message: now, or when the one before has left."""
        if other.socket.is_full:
            other.takes_by = min(other.takes_by, self._clock() + limits.RELAY_IDLE_S)
            carrier.socket.hold()
        else:
            carrier.socket.release()

    def _has_room(self, number: int, carrier: Carrier) -> None:
        carrier.takes_by = inf
        passage = self._rooms.passage(number)
        other = None if passage is None else self._carriers[passage.partner]
        if other is not None and other.resting is None:
            other.sends_by = self._clock() + limits.RELAY_IDLE_S
            other.socket.release()

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
                    carrier.socket.close(effect.code)
            case TellJoined():
                carrier = self._carriers[effect.connection]
                carrier.sends_by = self._clock() + limits.RELAY_IDLE_S
                text = encode(Joined(bytes=effect.bytes, idle=limits.RELAY_IDLE_S))
                carrier.socket.send(Kind.TEXT, with_room(text.encode()))
            case _:
                tell(effect)


def _read(message: Message) -> Join:
    """The first message; raises EndError if it is none that may come first."""
    if message.kind is Kind.TEXT:
        try:
            return decode_join(bytes(message.payload))
        except MessageError as error:
            log.debug(line("bad-join", error=error))
    raise EndError(CloseCode.MALFORMED)
